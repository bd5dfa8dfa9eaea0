"""The annotation table: one row an instance. Every official layout becomes this."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vitpose_plus.errors import AnnotationError

SCHEMA = pa.schema(
    [
        ("dataset", pa.string()),
        ("split", pa.string()),
        ("image_id", pa.string()),
        ("instance_id", pa.string()),
        ("file_name", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("bbox", pa.list_(pa.float64(), 4)),
        ("area", pa.float64()),
        ("is_crowd", pa.bool_()),
        ("keypoints", pa.list_(pa.float32())),
        ("visibility", pa.list_(pa.uint8())),
        ("category", pa.string()),
        ("head_size", pa.float64()),
        ("video_id", pa.string()),
        ("track_id", pa.string()),
        ("hand_type", pa.string()),
        ("source", pa.string()),
    ]
)


@dataclass(slots=True, kw_only=True)
class Instance:
    """One person, animal or hand, as a reader finds it.

    Attributes:
        image_id: the picture's id in its own data set, as text.
        instance_id: the record's id, unique in its data set and split, as text.
        file_name: the picture, relative to the split's image folder, with forward slashes.
        bbox: x, y, width, height in pixels.
        keypoints: [K, 2] pixels in the original picture; unlabelled points are 0, 0.
        visibility: [K]: 0 unlabelled, 1 labelled but hidden, 2 visible.
        source: where the record stands, for error messages: file and record.
        width, height: the picture's size in pixels, None where the layout does not say.
        area: square pixels for OKS.
        head_size: MPII's unit of length in pixels: 0.6 x the head rectangle's diagonal.
    """

    image_id: str
    instance_id: str
    file_name: str
    bbox: tuple[float, float, float, float]
    keypoints: np.ndarray
    visibility: np.ndarray
    source: str
    area: float
    width: int | None = None
    height: int | None = None
    is_crowd: bool = False
    category: str = "person"
    head_size: float | None = None
    video_id: str | None = None
    track_id: str | None = None
    hand_type: str | None = None


@dataclass(slots=True)
class Reading:
    """What a reader took from one split.

    Attributes:
        instances: the records that became rows.
        skipped: (source, reason) of every record that did not.
        notes: choices a reader made that a user should know.
    """

    instances: list[Instance] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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

    Raises:
        AnnotationError: an instance has no picture size.
    """
    for i in instances:
        if i.width is None or i.height is None:
            raise AnnotationError(f"{i.source}: the picture's size is unknown")
    columns: dict[str, list] = {
        name: [getattr(i, name) for i in instances]
        for name in SCHEMA.names
        if name not in {"dataset", "split", "bbox", "keypoints", "visibility"}
    }
    columns["dataset"] = [dataset] * len(instances)
    columns["split"] = [split] * len(instances)
    columns["bbox"] = [list(map(float, i.bbox)) for i in instances]
    columns["keypoints"] = [np.asarray(i.keypoints, np.float32).reshape(-1) for i in instances]
    columns["visibility"] = [np.asarray(i.visibility, np.uint8) for i in instances]
    return AnnotationTable(pa.Table.from_pydict(columns, schema=SCHEMA))


def write_table(table: AnnotationTable, path: Path) -> None:
    """Write Parquet to a temporary name, then rename."""
    part = path.with_name(path.name + ".part")
    pq.write_table(table.rows, part)
    part.replace(path)


def read_table(path: Path) -> AnnotationTable:
    """Read what `write_table` wrote."""
    return AnnotationTable(pq.read_table(path, schema=SCHEMA))
