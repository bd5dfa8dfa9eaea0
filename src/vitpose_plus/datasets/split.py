"""One split of one data set, ready for training or scoring."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.manifest import read_manifest
from vitpose_plus.datasets.source import Metric
from vitpose_plus.datasets.table import AnnotationTable, read_table
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.geometry.augmentation import SetAugmentation
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True, eq=False)
class Split:
    """One split of one data set, with what it takes to use it.

    Attributes:
        name: the data set's.
        skeleton: its keypoints.
        metrics: what it is scored by.
        images: the folder that the table's file names start from.
        table: all of the split's rows.
        augmentation: what its recipe does otherwise.
        pictures_sha256: changes when a picture does; empty: not known.
    """

    name: str
    skeleton: Skeleton
    metrics: tuple[Metric, ...]
    images: Path
    table: AnnotationTable
    augmentation: SetAugmentation = field(default_factory=SetAugmentation)
    pictures_sha256: str = ""

    def trainable(self) -> AnnotationTable:
        """The single instances with a labelled keypoint, in the table's order."""
        return self.table.take(np.flatnonzero(self.table.trainable))

    def without(self, pictures: Collection[str]) -> "Split":
        """The same split without the rows of these pictures, by file name."""
        kept = ~np.isin(self.table.column("file_name").astype(str), list(pictures))
        return replace(self, table=self.table.take(np.flatnonzero(kept)))


def record_names(splits: Sequence[Split], tasks: Sequence[int], rows: Sequence[int]) -> list[str]:
    """What people call some instances: "coco train 442619 (000000397133.jpg)".

    Args:
        splits: the data sets'.
        tasks: each instance's index among them.
        rows: each instance's index among its split's trainable rows.
    """
    tables = {task: splits[task].trainable() for task in set(tasks)}
    named = ("dataset", "split", "instance_id", "file_name")
    places = zip(tasks, rows, strict=True)
    found = ([tables[task].column(name)[row] for name in named] for task, row in places)
    return [f"{name} {split} {record} ({file})" for name, split, record, file in found]


def read_split(folder: Path, name: str) -> Split:
    """A split from the folder that `ingest` wrote.

    Raises:
        AnnotationError: there is no manifest.
        ConfigurationError: the data set has no such split.
    """
    manifest = read_manifest(folder)
    if name not in manifest.splits:
        raise ConfigurationError(
            f"data set {manifest.dataset} has no split {name!r}, only {', '.join(manifest.splits)}"
        )
    split = manifest.splits[name]
    table = read_table(folder / split.table)
    return Split(
        manifest.dataset,
        manifest.skeleton,
        manifest.metrics,
        Path(split.images),
        table,
        manifest.augmentation,
        split.pictures_sha256,
    )
