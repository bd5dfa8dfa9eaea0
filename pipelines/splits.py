"""The splits that an experiment reads."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.parameters import TRAIN_SPLIT, Data, Experiment
from vitpose_plus.datasets.crop_store.config import Crops
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)


def read_splits(data: Data, experiment: Experiment, name: str) -> Sequence[Split]:
    """One split of each of the experiment's tasks."""
    return [read_split(data.tables / task, name) for task in experiment.tasks]


def read_training_splits(data: Data, experiment: Experiment) -> Sequence[Split]:
    """The training splits, without the pictures that the leak check excludes.

    Raises:
        ConfigurationError: leaks are to be dropped, and were not looked for, or nothing is left.
    """
    splits = read_splits(data, experiment, TRAIN_SPLIT)
    if data.leaks.action != "drop":
        return splits
    excluded = _excluded(data, experiment)
    return [_without(split, excluded.get((split.name, TRAIN_SPLIT), set())) for split in splits]


def _excluded(data: Data, experiment: Experiment) -> Mapping[tuple[str, str], set[str]]:
    """Training pictures that look like held-out ones, by data set and split."""
    from pipelines.check_leaks.report import ingested_pictures
    from vitpose_plus.leaks import concerning

    stale = ingested_pictures(data, needed=experiment.tasks).why_stale(data)
    if stale is not None:
        raise ConfigurationError(
            f"data.leaks.action: drop needs a current leak report. {stale}. "
            "Run kedro run --pipeline=check_leaks."
        )
    held_out = {*experiment.tasks, *data.leaks.protect}
    return concerning(data.leak_report, experiment.tasks, held_out).excluded


def crop_folder(crops: Crops, split: Split) -> Path:
    """Where a training split's crops lie."""
    return crops.folder / split.name


def _without(split: Split, pictures: set[str]) -> Split:
    if not pictures:
        return split
    kept = split.without(pictures)
    if not kept.table.trainable.any():
        raise ConfigurationError(
            f"{split.name}: all its training pictures look like held-out ones, and "
            "data.leaks.action: drop leaves none. Set it to warn, or train on others."
        )
    log.info(
        "%s: %d of %d rows left out of training, for %d of their pictures look like held-out ones",
        *(split.name, len(split.table) - len(kept.table), len(split.table), len(pictures)),
    )
    return kept
