"""Crops in Arrow IPC files: one is found and read without parsing anything before it."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from vitpose_plus.errors import CropStoreError
from vitpose_plus.geometry.pictures import decode_picture
from vitpose_plus.settings import settings

SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("jpeg", pa.binary()),
        ("matrix", pa.list_(pa.float64(), 6)),
        ("box", pa.list_(pa.float64(), 4)),
    ]
)
BATCH_BYTES = 8 << 20  # held in memory while writing


class StoredCrop(NamedTuple):
    """One crop as it lies in a file.

    Attributes:
        row: index among the split's trainable rows.
        jpeg: [bytes] uint8, a view of the file.
        matrix: [2, 3] from picture pixels to crop pixels.
        box: [4] the instance's x, y, width, height in picture pixels.
    """

    row: int
    jpeg: np.ndarray
    matrix: np.ndarray
    box: np.ndarray

    def decode(self) -> np.ndarray:
        """[H, W, 3] uint8 RGB.

        Raises:
            CropStoreError: the bytes are damaged.
        """
        picture = decode_picture(self.jpeg)
        if picture is None:
            raise CropStoreError(
                f"the crop of trainable row {self.row} cannot be decoded: build the store again"
            )
        return picture


@settings
class Shard:
    """One file.

    Attributes:
        file: its name in the store's folder.
        rows: crops in it.
        size: in bytes.
    """

    file: str
    rows: int
    size: int


def write_shards(crops: Iterable[StoredCrop], folder: Path, most_bytes: int) -> tuple[Shard, ...]:
    """Write crops in the order that they come, to `crops-00000.arrow` and so on.

    Args:
        crops: taken one by one: what is in memory is one record batch.
        folder: an existing one.
        most_bytes: a file is closed once it is this large.
    """
    shards: list[Shard] = []
    batches = _batches(crops, min(BATCH_BYTES, most_bytes))
    for first in batches:
        path = folder / f"crops-{len(shards):05d}.arrow"
        with path.open("wb") as file, pa.ipc.new_file(file, SCHEMA) as writer:
            writer.write_batch(first)
            rows = len(first)
            while file.tell() < most_bytes and (batch := next(batches, None)) is not None:
                writer.write_batch(batch)
                rows += len(batch)
        shards.append(Shard(file=path.name, rows=rows, size=path.stat().st_size))
    return tuple(shards)


def _batches(crops: Iterable[StoredCrop], most_bytes: int) -> Iterator[pa.RecordBatch]:
    kept: list[StoredCrop] = []
    size = 0
    for crop in crops:
        kept.append(crop)
        size += len(crop.jpeg)
        if size >= most_bytes:
            yield _batch(kept)
            kept, size = [], 0
    if kept:
        yield _batch(kept)


def _batch(crops: Sequence[StoredCrop]) -> pa.RecordBatch:
    rows, jpegs, matrices, boxes = zip(*crops, strict=True)
    columns = [
        pa.array(rows, pa.int64()),
        pa.array([jpeg.tobytes() for jpeg in jpegs], pa.binary()),
        pa.FixedSizeListArray.from_arrays(np.concatenate(matrices, axis=None), 6),
        pa.FixedSizeListArray.from_arrays(np.concatenate(boxes, axis=None), 4),
    ]
    return pa.record_batch(columns, schema=SCHEMA)


class MappedBatch:
    """One record batch of a memory-mapped file, as arrays that copy nothing.

    Attributes:
        rows: [N] index of each crop among the split's trainable rows.
    """

    def __init__(self, batch: pa.RecordBatch) -> None:
        jpeg = batch.column("jpeg")
        _, offsets, values = jpeg.buffers()
        self.rows = batch.column("row").to_numpy()
        self._ends = np.frombuffer(offsets, np.int32)
        self._bytes = np.frombuffer(values, np.uint8)
        self._matrices = batch.column("matrix").flatten().to_numpy().reshape(-1, 2, 3)
        self._boxes = batch.column("box").flatten().to_numpy().reshape(-1, 4)

    def __getitem__(self, place: int) -> StoredCrop:
        jpeg = self._bytes[self._ends[place] : self._ends[place + 1]]
        row = int(self.rows[place])
        return StoredCrop(row, jpeg, self._matrices[place], self._boxes[place])


def map_shard(path: Path) -> list[MappedBatch]:
    """The record batches of one file, mapped into memory: nothing is read before it is used.

    Raises:
        pyarrow.ArrowInvalid: it is not a whole file.
    """
    reader = pa.ipc.open_file(pa.memory_map(str(path)))
    return [MappedBatch(reader.get_batch(i)) for i in range(reader.num_record_batches)]
