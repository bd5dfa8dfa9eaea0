"""Whether a data set's tables are what ingesting it would write."""

from pathlib import Path

from vitpose_plus.checksum import sha256_of
from vitpose_plus.datasets.manifest import (
    MANIFEST_NAME,
    SplitManifest,
    fingerprint,
    read_manifest,
)
from vitpose_plus.datasets.source import DatasetSource
from vitpose_plus.errors import VitposeError
from vitpose_plus.skeletons import load_skeleton


def is_current(name: str, source: DatasetSource, folder: Path) -> bool:
    """Whether `folder` holds what `ingest` would write: same configuration, same files.

    Changed pictures go unnoticed; see `manifest.fingerprint`.
    """
    if not (folder / MANIFEST_NAME).is_file():
        return False
    try:
        manifest = read_manifest(folder)
        expected = fingerprint(source, load_skeleton(source.skeleton))
    except (VitposeError, OSError):
        return False
    whole = all(_is_whole(folder, split) for split in manifest.splits.values())
    return whole and manifest.dataset == name and manifest.fingerprint == expected


def _is_whole(folder: Path, split: SplitManifest) -> bool:
    """Whether a split's two tables are those that were written."""
    files = ((split.table, split.table_sha256), (split.picture_table, split.pictures_sha256))
    return all(
        (folder / name).is_file() and sha256_of(folder / name) == sum_ for name, sum_ in files
    )
