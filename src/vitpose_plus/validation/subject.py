"""What is validated: one split of a data set, and what is known of it beforehand."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from vitpose_plus.datasets.source import Layout, Metric, Published
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.validation.reasons import Level, check_reasons, level_of


@dataclass(frozen=True, slots=True)
class Counts:
    """What a reader found in a split's files, before anything was dropped.

    Attributes:
        images: pictures with at least one record.
        instances: records, those that a reader skipped too.
        labelled: records with at least one labelled keypoint, crowds left out.
    """

    images: int
    instances: int
    labelled: int


def count_read(table: AnnotationTable, *, skipped: int = 0) -> Counts:
    """Counts of a split whose reader skipped some of its records.

    Pictures that only skipped records stand on are not counted: the table does not know them.

    Args:
        table: the rows, before any is dropped.
        skipped: records that became no row.
    """
    return Counts(
        images=pc.count_distinct(table.rows.column("file_name")).as_py(),
        instances=len(table) + skipped,
        labelled=_count_labelled(table),
    )


def _count_labelled(table: AnnotationTable) -> int:
    """As `table.trainable`, of rows that need not have the same number of keypoints."""
    labelled = np.zeros(len(table), bool)
    start = 0
    for chunk in table.rows.column("visibility").chunks:
        owners = pc.list_parent_indices(chunk).to_numpy()
        labelled[start + owners[chunk.flatten().to_numpy() > 0]] = True
        start += len(chunk)
    return int((labelled & ~table.column("is_crowd").astype(bool)).sum())


@dataclass(frozen=True)
class Subject:
    """One split of one data set.

    Attributes:
        dataset: the data set's name in the configuration.
        split: the split's.
        layout: the reader that read it.
        skeleton: its keypoints.
        metrics: what it is scored by.
        counts: what was read.
        published: what its publishers count; None: they do not say.
        warn: reasons that are only warned of.

    Raises:
        ConfigurationError: `warn` names a reason that does not exist or cannot be lowered.
    """

    dataset: str
    split: str
    layout: Layout
    skeleton: Skeleton
    metrics: tuple[Metric, ...]
    counts: Counts
    published: Published | None = None
    warn: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        check_reasons(f"data.datasets.{self.dataset}.warn", sorted(self.warn))

    def level(self, reason: str) -> Level:
        """The level of a reason in this data set."""
        return level_of(reason, self.warn)

    @property
    def scored_by_heads(self) -> bool:
        """Whether official head rectangles are needed: MPII's own file, scored by PCKh."""
        return self.layout == "mpii" and "pckh" in self.metrics
