"""Nodes: draw the sample, ingest the data sets."""

import logging
from collections.abc import Iterable
from typing import Any

from pipelines.parameters import Data, Experiment
from vitpose_plus.datasets.manifest import Manifest, read_manifest
from vitpose_plus.ingestion import ingest, is_current

log = logging.getLogger(__name__)


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


def ingest_all(data: Data, is_sample: bool) -> dict[str, Any]:
    """Ingest every data set anew.

    Returns:
        Counts by data set and split.
    """
    return _summary(_ingest(data, name) for name in data.datasets)


def ingest_missing(data: Data, experiment: Experiment, is_sample: bool) -> dict[str, Any]:
    """Ingest those of an experiment's data sets whose tables are missing or stale.

    Returns:
        Counts by data set and split.
    """
    return _summary(_current_or_ingested(data, name) for name in experiment.tasks)


def _current_or_ingested(data: Data, name: str) -> Manifest:
    folder = data.tables / name
    if is_current(name, data.datasets[name], folder):
        log.info("%s: the tables in %s are current", name, folder)
        return read_manifest(folder)
    log.info("%s: no current tables in %s, so it is ingested first", name, folder)
    return _ingest(data, name)


def _ingest(data: Data, name: str) -> Manifest:
    manifest = ingest(name, data.datasets[name], data.tables / name)
    for split, facts in manifest.splits.items():
        log.info(
            "%s %s: %d records read, %d kept (%d trainable, %d pictures), %d skipped, %d rejected",
            *(name, split, facts.read, facts.kept, facts.trainable, facts.pictures),
            *(facts.skipped, facts.rejected),
        )
        for note in facts.notes:
            log.info("%s %s: %s", name, split, note)
    return manifest


def _summary(manifests: Iterable[Manifest]) -> dict[str, Any]:
    return {
        manifest.dataset: {
            name: {"read": split.read, "kept": split.kept, "trainable": split.trainable}
            for name, split in manifest.splits.items()
        }
        for manifest in manifests
    }
