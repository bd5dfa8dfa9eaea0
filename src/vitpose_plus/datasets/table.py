"""The annotation table: one row an instance. Every official layout becomes this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vitpose_plus.datasets.reading import Instance, Instances, Reading
from vitpose_plus.datasets.schema import SCHEMA
from vitpose_plus.replacement import replacing_file

__all__ = [
    "SCHEMA",
    "AnnotationTable",
    "Instance",
    "Reading",
    "build_table",
    "read_table",
    "with_sizes",
    "write_table",
]


@dataclass(frozen=True)
class AnnotationTable:
    """One data set's split as columns. Arrays are views of the Arrow table."""

    rows: pa.Table

    def __len__(self) -> int:
        return self.rows.num_rows

    def column(self, name: str) -> np.ndarray:
        """A scalar column as an array [N]."""
        return self.rows.column(name).to_numpy()

    def take(self, indices: Sequence[int] | np.ndarray) -> "AnnotationTable":
        """The rows at these indices, in this order."""
        return AnnotationTable(self.rows.take(pa.array(np.asarray(indices, dtype=np.int64))))

    @cached_property
    def bbox(self) -> np.ndarray:
        """[N, 4] x, y, width, height in pixels, float64."""
        return self._flat("bbox").reshape(len(self), 4)

    @cached_property
    def keypoints(self) -> np.ndarray:
        """[N, K, 2] pixels in the original picture, float32."""
        visibility = self.visibility
        return self._flat("keypoints").reshape(*visibility.shape, 2)

    @cached_property
    def visibility(self) -> np.ndarray:
        """[N, K] 0 unlabelled, 1 hidden, 2 visible, uint8."""
        # No rows leave no trace of K.
        return self._flat("visibility").reshape(len(self), -1 if len(self) else 0)

    @cached_property
    def trainable(self) -> np.ndarray:
        """[N] flags: a single instance (no crowd) with at least one labelled keypoint."""
        return ~self.column("is_crowd").astype(bool) & (self.visibility > 0).any(axis=1)

    def _flat(self, name: str) -> np.ndarray:
        return self.rows.column(name).combine_chunks().flatten().to_numpy()


def build_table(dataset: str, split: str, instances: Sequence[Instance]) -> AnnotationTable:
    """Rows of one split, in the readers' order.

    A picture's size stays null where its layout does not say it; see `with_sizes`.
    """
    if not isinstance(instances, Instances):
        instances = Instances(instances)
    rows = instances.rows()
    for place, (name, value) in enumerate((("dataset", dataset), ("split", split))):
        rows = rows.add_column(place, SCHEMA.field(name), pa.repeat(pa.scalar(value), len(rows)))
    return AnnotationTable(rows)


def with_sizes(table: AnnotationTable, sizes: Mapping[str, tuple[int, int]]) -> AnnotationTable:
    """Fill in the width and height of pictures whose layout does not say them.

    Args:
        table: rows, some without a size.
        sizes: file name to (width, height); 0, 0 where the picture is missing or unreadable.
    """
    rows = table.rows
    unknown = pc.or_(pc.is_null(rows.column("width")), pc.is_null(rows.column("height")))
    if not pc.any(unknown).as_py():
        return table
    found = [sizes[name] for name in table.column("file_name")]
    for axis, name in enumerate(("width", "height")):
        values = pa.array([size[axis] for size in found], SCHEMA.field(name).type)
        filled = pc.if_else(unknown, values, rows.column(name))
        rows = rows.set_column(rows.schema.get_field_index(name), SCHEMA.field(name), filled)
    return AnnotationTable(rows)


def write_table(table: AnnotationTable, path: Path) -> None:
    """Write Parquet to a temporary name, then rename."""
    with replacing_file(path) as part:
        pq.write_table(table.rows, part)


def read_table(path: Path) -> AnnotationTable:
    """Read what `write_table` wrote."""
    return AnnotationTable(pq.read_table(path, schema=SCHEMA))
