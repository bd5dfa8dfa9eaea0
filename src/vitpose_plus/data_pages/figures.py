"""The numbers behind a data page, from a split's table."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vitpose_plus.data_pages.histogram import count_into, log_bins
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import AnnotationError

COLUMNS = (
    "file_name",
    "width",
    "height",
    "bbox",
    "area",
    "is_crowd",
    "keypoints",
    "visibility",
    "category",
    "hand_type",
)
SIZE_EDGES = log_bins(4, 2048, 2)
PICTURE_EDGES = log_bins(64, 8192, 3)
ASPECT_EDGES = log_bins(1 / 8, 8, 4)
PER_PICTURE = [("file_name", "count"), ("width", "max"), ("height", "max")]
MOST_IN_A_PICTURE = 15
GRID = 20
"""Cells of the position map, along each side."""


@dataclass(frozen=True, eq=False)
class SplitFigures:
    """One split in numbers.

    Attributes:
        visibility: [K, 3] instances by keypoint: unlabelled, hidden, visible; of those that
            have a labelled keypoint.
        labelled: [K + 1] instances by the number of their labelled keypoints; crowds left out.
        in_a_picture: [MOST_IN_A_PICTURE] pictures by the number of their rows, 1 first; the last
            counts those with more too.
        picture_sizes: [B] pictures by their longer side in pixels, in `PICTURE_EDGES`.
        sizes: [B] instances by the root of their area in pixels, in `SIZE_EDGES`.
        aspects: [B] instances by their box's width over its height, in `ASPECT_EDGES`.
        positions: [GRID, GRID] instances by where in its picture the box's centre lies.
        categories: instances by category, the most first.
        hands: instances by hand type, the most first; empty where the set has none.
        crowds: rows that mark a crowd.
    """

    visibility: np.ndarray
    labelled: np.ndarray
    in_a_picture: np.ndarray
    picture_sizes: np.ndarray
    sizes: np.ndarray
    aspects: np.ndarray
    positions: np.ndarray
    categories: Counter[str]
    hands: Counter[str]
    crowds: int


def read_columns(path: Path) -> AnnotationTable:
    """Read what a page needs of a split's table.

    Raises:
        AnnotationError: there is no such table, or it has no rows.
    """
    if not path.is_file():
        raise AnnotationError(f"{path}: no such table. Ingest the data set again.")
    table = AnnotationTable(pq.read_table(path, columns=list(COLUMNS)))
    if not len(table):
        raise AnnotationError(f"{path}: has no rows to show. Ingest the data set again.")
    return table


def measure(table: AnnotationTable) -> SplitFigures:
    """Count what a page shows of a split.

    Args:
        table: of at least one row, with the columns of `read_columns`.
    """
    crowd = table.column("is_crowd").astype(bool)
    visibility, box = table.visibility, table.bbox[~crowd]
    keypoints = visibility.shape[1]
    labelled = (visibility > 0).sum(axis=1)
    shown = visibility[table.trainable]
    pictures = table.rows.group_by("file_name").aggregate(PER_PICTURE)
    return SplitFigures(
        visibility=np.stack([(shown == value).sum(axis=0) for value in range(3)], axis=1),
        labelled=np.bincount(labelled[~crowd], minlength=keypoints + 1),
        in_a_picture=_in_a_picture(pictures),
        picture_sizes=count_into(_longer_side(pictures), PICTURE_EDGES),
        sizes=count_into(np.sqrt(table.column("area")[~crowd]), SIZE_EDGES),
        aspects=count_into(box[:, 2] / np.maximum(box[:, 3], 1e-6), ASPECT_EDGES),
        positions=_positions(table, ~crowd),
        categories=_tally(table, "category"),
        hands=_tally(table, "hand_type"),
        crowds=int(crowd.sum()),
    )


def _in_a_picture(pictures: pa.Table) -> np.ndarray:
    rows = pictures.column("file_name_count").to_numpy()
    return np.bincount(np.minimum(rows, MOST_IN_A_PICTURE), minlength=MOST_IN_A_PICTURE + 1)[1:]


def _longer_side(pictures: pa.Table) -> np.ndarray:
    sides = [pictures.column(name).to_numpy() for name in ("width_max", "height_max")]
    return np.maximum(*sides).astype(float)


def _positions(table: AnnotationTable, chosen: np.ndarray) -> np.ndarray:
    box = table.bbox[chosen]
    size = np.stack([table.column("width"), table.column("height")], axis=1)[chosen]
    centre = (box[:, :2] + box[:, 2:] / 2) / np.maximum(size, 1)
    x, y = np.clip(centre * GRID, 0, GRID - 1).astype(int).T
    return np.bincount(y * GRID + x, minlength=GRID * GRID).reshape(GRID, GRID)


def _tally(table: AnnotationTable, name: str) -> Counter[str]:
    column: pa.ChunkedArray = table.rows.column(name)
    found = pc.value_counts(column.drop_null()).to_pylist()
    counts = Counter({item["values"]: item["counts"] for item in found})
    return Counter(dict(counts.most_common()))
