"""What a reader takes from annotation files: instances, kept small, and what it left out."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
import pyarrow as pa

from vitpose_plus.datasets.schema import INSTANCE_SCHEMA
from vitpose_plus.errors import AnnotationError

BATCH = 8192
"""Instances that become one Arrow batch."""


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
        video_id, track_id: APT-36K: the clip, and the animal within it.
        hand_type: InterHand2.6M: right, left or interacting.
        crowd_index: CrowdPose: how crowded the picture is; OCHuman: the person's max_iou, how
            far its box and another's overlap; both 0 to 1.
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
    crowd_index: float | None = None


class Instances(Sequence[Instance]):
    """Instances in the order they were appended, kept in Arrow batches.

    A million instances as Python objects take gigabytes. An appended instance is copied: changing
    it afterwards changes nothing here.
    """

    def __init__(self, instances: Sequence[Instance] = ()) -> None:
        self._batches: list[pa.RecordBatch] = []
        self._ends: list[int] = []
        self._pending: list[Instance] = []
        for instance in instances:
            self.append(instance)

    def append(self, instance: Instance) -> None:
        """Add one.

        A value that its column cannot hold is told later, when its batch is made.

        Raises:
            AnnotationError: its picture would lie outside the split's image folder. Also: an
                earlier instance has a value that its column cannot hold.
        """
        if _leaves_its_folder(instance.file_name):
            raise AnnotationError(
                f"{_printable(instance.source)}: picture {instance.file_name!r} should be named "
                "relative to the split's image folder, without '..'. Mend the record's file name."
            )
        self._pending.append(instance)
        if len(self._pending) >= BATCH:
            self._flush()

    def __len__(self) -> int:
        return (self._ends[-1] if self._ends else 0) + len(self._pending)

    def __iter__(self) -> Iterator[Instance]:
        self._flush()
        for batch in self._batches:
            yield from map(_from_row, batch.to_pylist())

    @overload
    def __getitem__(self, index: int) -> Instance: ...

    @overload
    def __getitem__(self, index: slice) -> list[Instance]: ...

    def __getitem__(self, index: int | slice) -> Instance | list[Instance]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"instance {index} of {len(self)}")
        self._flush()
        number = bisect_right(self._ends, place)
        batch = self._batches[number]
        row = place - (self._ends[number] - batch.num_rows)
        return _from_row(batch.slice(row, 1).to_pylist()[0])

    def rows(self) -> pa.Table:
        """All of them in the annotation table's columns, without data set and split."""
        self._flush()
        return pa.Table.from_batches(self._batches, schema=INSTANCE_SCHEMA)

    def _flush(self) -> None:
        if self._pending:
            try:
                self._batches.append(_batch(self._pending))
            except (TypeError, ValueError, OverflowError, pa.ArrowException) as error:
                culprit = _culprit(self._pending)
                if culprit is None:
                    raise
                raise culprit from error
            self._ends.append((self._ends[-1] if self._ends else 0) + len(self._pending))
            self._pending = []


@dataclass(slots=True)
class Reading:
    """What a reader took from one split.

    Attributes:
        instances: the records that became rows.
        skipped: (source, reason) of every record that did not.
        notes: choices a reader made that a user should know.
    """

    instances: Instances = field(default_factory=Instances)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _batch(instances: Sequence[Instance]) -> pa.RecordBatch:
    plain = [name for name in INSTANCE_SCHEMA.names if name not in _LISTS]
    columns: dict[str, pa.Array | list] = {
        name: [getattr(i, name) for i in instances] for name in plain
    }
    columns["bbox"] = [list(map(float, i.bbox)) for i in instances]
    columns["keypoints"] = _lists([np.asarray(i.keypoints, np.float32) for i in instances])
    columns["visibility"] = _lists([np.asarray(i.visibility, np.uint8) for i in instances])
    return pa.RecordBatch.from_pydict(columns, schema=INSTANCE_SCHEMA)


_LISTS = frozenset({"bbox", "keypoints", "visibility"})


def _culprit(instances: Sequence[Instance]) -> AnnotationError | None:
    """The first instance with a value that its column cannot hold, told; None: all can."""
    fields = [field for field in INSTANCE_SCHEMA if field.name not in _LISTS]
    for instance in instances:
        for field_ in fields:
            value = getattr(instance, field_.name)
            try:
                pa.array([value], field_.type)
            except (TypeError, ValueError, OverflowError, pa.ArrowException):
                return AnnotationError(
                    f"{_printable(instance.source)}: {field_.name} {value!r} does not fit the "
                    f"annotation table, which holds a {field_.type} there. Mend the record."
                )
    return None


def _leaves_its_folder(file_name: str) -> bool:
    if file_name[:1] in ("/", "\\") or file_name[1:2] == ":":
        return True
    return ".." in file_name and ".." in file_name.replace("\\", "/").split("/")


def _printable(text: str) -> str:
    """Text with what is no Unicode escaped: a message must reach the terminal."""
    return text.encode(errors="backslashreplace").decode()


def _lists(arrays: list[np.ndarray]) -> pa.Array:
    """A column of lists, each array flat."""
    ends = np.cumsum([0, *(array.size for array in arrays)], dtype=np.int32)
    return pa.ListArray.from_arrays(ends, np.concatenate([array.ravel() for array in arrays]))


def _from_row(row: dict) -> Instance:
    keypoints = np.array(row.pop("keypoints"), np.float32).reshape(-1, 2)
    visibility = np.array(row.pop("visibility"), np.uint8)
    bbox = tuple(row.pop("bbox"))
    return Instance(**row, bbox=bbox, keypoints=keypoints, visibility=visibility)
