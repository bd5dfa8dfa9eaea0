"""What an ingestion did: counts, reasons, checksums. Written as JSON beside the tables."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from vitpose_plus.checksum import sha256_of
from vitpose_plus.datasets.picture_hash import HASH_VERSION
from vitpose_plus.datasets.source import DatasetSource, Layout, Metric
from vitpose_plus.errors import AnnotationError
from vitpose_plus.geometry.augmentation import SetAugmentation
from vitpose_plus.settings import settings
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.typed_json import read_typed, write_typed

MANIFEST_NAME = "manifest.json"
TABLE_VERSION = 3
"""Raise it when a reader or the table changes meaning: every table is then built anew."""
EXAMPLES = 20


@settings
class Tally:
    """How many records one reason left out.

    Attributes:
        reason: why.
        count: how many.
        examples: the first of them, as file and record.
    """

    reason: str
    count: int
    examples: tuple[str, ...]


@settings
class SplitManifest:
    """One split's table.

    Attributes:
        table: the table's file name in the manifest's folder.
        picture_table: its pictures' file name, see `datasets.pictures`.
        images: the image folder, as configured; the table's file names start from it.
        read: records in the files: kept + skipped + rejected.
        kept: rows of the table.
        trainable: rows that are no crowd and have a labelled keypoint.
        pictures: different pictures of the rows.
        skipped: records that the reader could not use.
        rejected: records that broke an expectation and were dropped.
        warned: records that stay although something is odd about them.
        skips: why, of the skipped.
        rejections: why, of the rejected; a record can count under several reasons.
        warnings: what is odd about records that stay, or about the split as a whole.
        notes: choices that the reader made.
        table_sha256, pictures_sha256: the two tables' checksums.
        files_sha256: the annotation files' checksums, by configured path.
    """

    table: str
    picture_table: str
    images: str
    read: int
    kept: int
    trainable: int
    pictures: int
    skipped: int
    rejected: int
    warned: int = 0
    skips: tuple[Tally, ...] = ()
    rejections: tuple[Tally, ...] = ()
    warnings: tuple[Tally, ...] = ()
    notes: tuple[str, ...] = ()
    table_sha256: str
    pictures_sha256: str
    files_sha256: dict[str, str]


@settings
class Manifest:
    """One data set's tables.

    Attributes:
        dataset: its name in the configuration.
        layout: the reader that made it.
        skeleton: the whole keypoint set, so that later stages need no file of it.
        metrics: what it is scored by; the first one is its figure.
        augmentation: what its recipe does otherwise.
        splits: split name to its table.
        fingerprint: of everything that the tables follow from; see `fingerprint`.
    """

    dataset: str
    layout: Layout
    skeleton: Skeleton
    metrics: tuple[Metric, ...]
    augmentation: SetAugmentation = SetAugmentation()
    splits: dict[str, SplitManifest]
    fingerprint: str


def tally(reasons: Iterable[tuple[str, str]]) -> tuple[Tally, ...]:
    """(source, reason) pairs counted by reason, the most frequent first."""
    sources: dict[str, list[str]] = {}
    for source, reason in reasons:
        sources.setdefault(reason, []).append(source)
    ordered = sorted(sources.items(), key=lambda item: -len(item[1]))
    return tuple(
        Tally(reason=reason, count=len(found), examples=tuple(found[:EXAMPLES]))
        for reason, found in ordered
    )


def fingerprint(source: DatasetSource, skeleton: Skeleton) -> str:
    """SHA-256 of the configuration, the skeleton and the annotation files' contents.

    Pictures count by their folder's path alone: hashing them would cost as much as ingesting.

    Raises:
        OSError: an annotation file is missing.
    """
    content = {
        "table_version": TABLE_VERSION,
        "hash_version": HASH_VERSION,
        "source": TypeAdapter(DatasetSource).dump_python(source, mode="json"),
        "skeleton": asdict(skeleton),
        "files": {name: split_checksums(source, name) for name in source.splits},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def split_checksums(source: DatasetSource, split: str) -> dict[str, str]:
    """SHA-256 of the files that a split's records come from, by configured path."""
    return {str(path): sha256_of(path) for path in source.splits[split].files()}


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write `manifest.json` to a temporary name, then rename."""
    write_typed(manifest, folder / MANIFEST_NAME)


def read_manifest(folder: Path) -> Manifest:
    """Read what `write_manifest` wrote.

    Raises:
        AnnotationError: no manifest, or not one of this version.
    """
    return read_typed(
        Manifest,
        folder / MANIFEST_NAME,
        error=AnnotationError,
        absent="Ingest the data set first.",
        stale="not a manifest of this version; ingest the data set again",
    )
