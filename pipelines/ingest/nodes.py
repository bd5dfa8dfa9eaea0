"""Nodes: draw the sample; bring, ingest and show the data sets."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.parameters import Data
from pipelines.tracking import log_figures, log_file, log_files
from vitpose_plus.datasets.manifest import (
    MANIFEST_NAME,
    Manifest,
    SplitManifest,
    read_manifest,
)
from vitpose_plus.errors import ConfigurationError, ValidationError
from vitpose_plus.ingestion import ingest, is_current, refusal_folder
from vitpose_plus.pages import PAGE_NAME
from vitpose_plus.validation.records import FAILURES_NAME, RECORD_NAME

log = logging.getLogger(__name__)

COUNTS = ("read", "kept", "trainable", "pictures", "skipped", "rejected", "warned")


def draw_sample(data: Data) -> bool:
    """Draw the sample in the official raw layouts, where one is configured.

    Returns:
        Whether the data sets are the sample's. (Kedro orders the next node by it.)
    """
    if data.sample is None:
        return False
    from vitpose_plus.datasets.sample import generate_sample

    assert data.raw is not None
    generate_sample(data.sample, data.raw)
    return True


def ingest_chosen(data: Data, is_sample: bool) -> dict[str, Any]:
    """Bring and ingest anew every data set, or the one asked for.

    Returns:
        Counts by data set and split.
    """
    return _summary(_ingest(data, name) for name in data.chosen)


def ingest_missing(data: Data, tasks: tuple[str, ...], is_sample: bool) -> dict[str, Any]:
    """Bring and ingest those of these data sets whose tables are missing or stale.

    Returns:
        Counts by data set and split.
    """
    _refuse_absent(data, tasks)
    return _summary(_current_or_ingested(data, name) for name in tasks)


def _refuse_absent(data: Data, tasks: tuple[str, ...]) -> None:
    """Before the first is downloaded: the last may be the one that nobody has put there."""
    absent = [
        f"  {name}: {path}"
        for name in tasks
        if not data.origins(name)
        for split in data.datasets[name].splits.values()
        for path in split.files()
        if not path.exists()
    ]
    if absent:
        raise ConfigurationError(
            "These annotation files do not exist, and no origins bring them:\n"
            + "\n".join(dict.fromkeys(absent))
            + "\nUnpack the data sets there, or name archives (data.archives, docs/data.md)"
        )


def _current_or_ingested(data: Data, name: str) -> Manifest:
    folder = data.tables / name
    source = data.datasets[name]
    if not is_current(name, source, folder) and data.origins(name):
        _bring(data, name)  # tables that DVC brought may be of what is brought now
    if is_current(name, source, folder):
        log.info("%s: the tables in %s are current", name, folder)
        if not (data.pages / name / PAGE_NAME).is_file():
            _show(data, name)
        return read_manifest(folder)
    log.info("%s: no current tables in %s, so it is ingested first", name, folder)
    return _ingest(data, name)


def _ingest(data: Data, name: str) -> Manifest:
    _bring(data, name)
    folder = data.tables / name
    try:
        manifest = ingest(name, data.datasets[name], folder)
    except ValidationError:
        if refusal_folder(folder).is_dir():
            log_files(refusal_folder(folder), f"data/{name}/refused")
        raise
    for split, facts in manifest.splits.items():
        _tell(name, split, facts)
    _track(folder, _show(data, name), name)
    return manifest


def _show(data: Data, name: str) -> Path:
    from vitpose_plus.data_pages import write_data_page

    page = write_data_page(data.tables / name, data.pages / name)
    log.info("%s: what it looks like is shown in %s", name, page)
    return page


def _bring(data: Data, name: str) -> None:
    """Fetch and unpack what the data set's origins name."""
    origins = data.origins(name)
    if not origins:
        return
    from vitpose_plus.storage import obtain

    for found in obtain(origins, data.s3, scratch=data.downloads, limits=data.unpack):
        log.info(
            "%s: %s %s: %d files, %.1f MiB in %s",
            *(name, found.address, "brought" if found.brought else "is there"),
            *(found.files, found.bytes / 2**20, found.folder),
        )


def _tell(name: str, split: str, facts: SplitManifest) -> None:
    log.info(
        "%s %s: %d records read, %d kept (%d trainable, %d pictures), %d skipped, %d rejected, "
        "%d warned of",
        *(name, split, facts.read, facts.kept, facts.trainable, facts.pictures),
        *(facts.skipped, facts.rejected, facts.warned),
    )
    for note in facts.notes:
        log.info("%s %s: %s", name, split, note)
    for flaw in facts.warnings:
        first = flaw.examples[0] if flaw.examples else split
        log.warning("%s %s: %s: %d, first: %s", name, split, flaw.reason, flaw.count, first)
    log_figures({f"data/{name}/{split}/{count}": getattr(facts, count) for count in COUNTS})


def _track(folder: Path, page: Path, name: str) -> None:
    """The page to look at, with Great Expectations' pages beside it, and their results."""
    log_files(page.parent, f"data/{name}")
    for file in (RECORD_NAME, FAILURES_NAME, MANIFEST_NAME):
        log_file(folder / file, f"data/{name}")


def _summary(manifests: Iterable[Manifest]) -> dict[str, Any]:
    return {
        manifest.dataset: {
            name: {"read": split.read, "kept": split.kept, "trainable": split.trainable}
            for name, split in manifest.splits.items()
        }
        for manifest in manifests
    }
