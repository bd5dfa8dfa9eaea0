"""The splits that an experiment reads, as a training's worker opens them."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.parameters import TRAIN_SPLIT, Data
from vitpose_plus.datasets.crop_store.config import Crops
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.training.job import TrainingSplit

log = logging.getLogger(__name__)

Tasks = Sequence[str]


def read_splits(data: Data, tasks: Tasks, name: str) -> Sequence[Split]:
    """One split of each of these data sets."""
    return [read_split(data.tables / task, name) for task in tasks]


def held_out_splits(data: Data, tasks: Tasks, name: str) -> tuple[TrainingSplit, ...]:
    """The addresses of one split of each of these data sets."""
    return tuple(TrainingSplit(tables=data.tables / task, split=name) for task in tasks)


def training_splits(data: Data, tasks: Tasks, *, crops: bool) -> tuple[TrainingSplit, ...]:
    """The addresses of the training splits, without the pictures that the leak check excludes.

    Args:
        data: the data sets.
        tasks: their names.
        crops: whether they are read from their crop stores.

    Raises:
        ConfigurationError: leaks are to be dropped, and were not looked for.
    """
    excluded = _excluded(data, tasks) if data.leaks.action == "drop" else {}
    return tuple(
        TrainingSplit(
            tables=data.tables / task,
            split=TRAIN_SPLIT,
            excluded=tuple(sorted(excluded.get((task, TRAIN_SPLIT), ()))),
            crops=crop_folder(data.crops, task) if crops and data.crops is not None else None,
        )
        for task in tasks
    )


def crop_folder(crops: Crops, task: str) -> Path:
    """Where a training split's crops lie."""
    return crops.folder / task


def _excluded(data: Data, tasks: Tasks) -> Mapping[tuple[str, str], set[str]]:
    """Training pictures that look like held-out ones, by data set and split."""
    from pipelines.check_leaks.report import ingested_pictures
    from vitpose_plus.leaks import concerning

    stale = ingested_pictures(data, needed=tasks).why_stale(data)
    if stale is not None:
        raise ConfigurationError(
            f"data.leaks.action: drop needs a current leak report. {stale}. "
            "Run kedro run --pipeline=check_leaks."
        )
    held_out = {*tasks, *data.leaks.protect}
    found = concerning(data.leak_report, tasks, held_out).excluded
    for (task, split), pictures in found.items():
        if pictures:
            log.info(
                "%s %s: %d pictures that look like held-out ones are left out of training",
                *(task, split, len(pictures)),
            )
    return found
