"""Reading a crop store."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from vitpose_plus.datasets.crop_store.config import CropEncoding
from vitpose_plus.datasets.crop_store.manifest import StoreManifest, read_manifest, rows_checksum
from vitpose_plus.datasets.crop_store.reach import Reach
from vitpose_plus.datasets.crop_store.shards import MappedBatch, StoredCrop, map_shard
from vitpose_plus.datasets.split import Split
from vitpose_plus.errors import CropStoreError
from vitpose_plus.geometry import Augmentation


class CropStore:
    """One split's crops, by the index of their trainable row.

    The files are mapped at the first access, in whichever process makes it: pickle one, fork or
    spawn with one, and nothing but its address travels.

    Attributes:
        folder: where it lies.
        manifest: what it holds.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        for shard in self.manifest.shards:
            path = folder / shard.file
            found = path.stat().st_size if path.is_file() else 0
            if found != shard.size:
                raise CropStoreError(
                    f"{path}: {found} bytes instead of {shard.size}; build the crop store again"
                )

    def __len__(self) -> int:
        return self.manifest.crops

    def __getitem__(self, row: int) -> StoredCrop:
        batch, place = self._places[row]
        return self._batches[batch][place]

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "manifest": self.manifest}

    @cached_property
    def _batches(self) -> list[MappedBatch]:
        batches = []
        for shard in self.manifest.shards:
            path = self.folder / shard.file
            try:
                batches += map_shard(path)
            except pa.ArrowInvalid as error:
                raise CropStoreError(
                    f"{path}: {error}; the file is damaged, build the crop store again"
                ) from error
        return batches

    @cached_property
    def _places(self) -> np.ndarray:
        """[N, 2] of each row: its batch, and its place in there."""
        places = np.full((len(self), 2), -1)
        for number, batch in enumerate(self._batches):
            places[batch.rows, 0] = number
            places[batch.rows, 1] = np.arange(len(batch.rows))
        return places


def why_stale(
    split: Split,
    folder: Path,
    augmentation: Augmentation,
    input_size: tuple[int, int],
    encoding: CropEncoding | None = None,
) -> str | None:
    """Why a store cannot serve a training, in a sentence; None: it can.

    Args:
        split: what is to be read.
        folder: the store's.
        augmentation: the training's.
        input_size: (height, width) of the network's input.
        encoding: how its crops should be coded; None: however they are.
    """
    try:
        manifest = CropStore(folder).manifest
    except CropStoreError as error:
        return str(error)
    wanted = Reach.of(augmentation, split.augmentation, input_size)
    reason = _difference(manifest, split, wanted, encoding)
    return reason and f"{folder}: {reason}. Build the crop store again."


def _difference(
    manifest: StoreManifest, split: Split, wanted: Reach, encoding: CropEncoding | None
) -> str | None:
    if manifest.dataset != split.name:
        return f"built for the data set {manifest.dataset}, not {split.name}"
    if manifest.table_sha256 != rows_checksum(split):
        return "built from another annotation table or other pictures"
    if encoding is not None and manifest.encoding != encoding:
        return f"built with {manifest.encoding}, not {encoding}"
    if (beyond := manifest.reach.lacks(wanted)) is not None:
        return f"the recipe needs more than it was built for ({beyond})"
    return None


def open_crops(
    split: Split, folder: Path, augmentation: Augmentation, input_size: tuple[int, int]
) -> CropStore:
    """The store of a split, fit for a training.

    Raises:
        CropStoreError: there is none, or it is damaged or stale.
    """
    if (reason := why_stale(split, folder, augmentation, input_size)) is not None:
        raise CropStoreError(reason)
    return CropStore(folder)
