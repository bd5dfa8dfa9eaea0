"""What a crop store was built for and holds: `manifest.json` in its folder."""

import hashlib
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.crop_store.config import CropEncoding
from vitpose_plus.datasets.crop_store.reach import Reach
from vitpose_plus.datasets.crop_store.shards import Shard
from vitpose_plus.datasets.split import Split
from vitpose_plus.errors import CropStoreError
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import read_typed, write_typed

MANIFEST_NAME = "manifest.json"
STORE_VERSION = 1
"""Raise it when the files or the crops in them change meaning: stores are then built anew."""


@settings
class StoreManifest:
    """One split's crop store.

    Attributes:
        version: `STORE_VERSION` of the code that wrote it.
        dataset: the data set's name.
        table_sha256: of the rows that the crops follow from; see `rows_checksum`.
        reach: the recipe's bounds that the crops have room for.
        encoding: how they are coded.
        crops: how many, one a trainable row.
        pictures: how many they were cut from.
        shards: the files.
    """

    version: int = STORE_VERSION
    dataset: str
    table_sha256: str
    reach: Reach
    encoding: CropEncoding
    crops: int
    pictures: int
    shards: tuple[Shard, ...]


def rows_checksum(split: Split) -> str:
    """SHA-256 of what crops follow from in a split: its pictures, the trainable rows' poses."""
    table = split.trainable()
    digest = hashlib.sha256(split.pictures_sha256.encode())
    digest.update("\0".join(table.column("file_name")).encode())
    for values in (table.bbox, table.keypoints, table.visibility):
        digest.update(np.ascontiguousarray(values).data)
    digest.update(bytes(split.skeleton.upper_mask()))
    return digest.hexdigest()


def write_manifest(manifest: StoreManifest, folder: Path) -> None:
    """Write `manifest.json` into a folder that nobody reads yet."""
    write_typed(manifest, folder / MANIFEST_NAME)


def read_manifest(folder: Path) -> StoreManifest:
    """Read what `write_manifest` wrote.

    Raises:
        CropStoreError: there is none, or not one of this version.
    """
    path = folder / MANIFEST_NAME
    manifest = read_typed(
        StoreManifest,
        path,
        error=CropStoreError,
        absent="Build the crop store.",
        stale="not a manifest of this version; build the crop store again",
    )
    if manifest.version != STORE_VERSION:
        raise CropStoreError(
            f"{path}: of version {manifest.version}, not {STORE_VERSION}; "
            "build the crop store again"
        )
    return manifest
