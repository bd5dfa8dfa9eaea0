"""Building a crop store: every picture is decoded once, for all the people in it."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from vitpose_plus.datasets.crop_store.config import CropEncoding
from vitpose_plus.datasets.crop_store.cut import Cutter
from vitpose_plus.datasets.crop_store.manifest import StoreManifest, rows_checksum, write_manifest
from vitpose_plus.datasets.crop_store.reach import Reach
from vitpose_plus.datasets.crop_store.shards import write_shards
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.trainable_rows import TrainableRows
from vitpose_plus.geometry import Augmentation
from vitpose_plus.replacement import replacing

T = TypeVar("T")
R = TypeVar("R")


def build_crops(
    split: Split,
    folder: Path,
    augmentation: Augmentation,
    input_size: tuple[int, int],
    encoding: CropEncoding | None = None,
    *,
    progress: bool = True,
    workers: int | None = None,
) -> StoreManifest:
    """Write the crop store of a split's trainable rows, in the place of one that is there.

    Args:
        split: what to crop.
        folder: of the store.
        augmentation: the training's: the crops have room for all that it can look at.
        input_size: (height, width) of the network's input.
        encoding: how to write it.
        progress: show a bar, in a terminal.
        workers: threads (decoding releases Python's lock); None: one a core.

    Raises:
        PictureError: a picture is missing, unreadable, or of another size than the table says.
    """
    from tqdm import tqdm

    encoding = encoding or CropEncoding()
    rows = TrainableRows(split)
    cutter = Cutter(rows, Reach.of(augmentation, split.augmentation, input_size), encoding)
    pictures = rows.by_picture()
    threads = workers or os.cpu_count() or 1
    with replacing(folder) as part, ThreadPoolExecutor(threads) as pool:
        bar = tqdm(
            _ordered(pool, cutter.cut, pictures, most_waiting=2 * threads),
            total=len(pictures),
            desc=f"crops of {split.name}",
            unit=" pictures",
            disable=None if progress else True,
        )
        crops = (crop for found in bar for crop in found)
        shards = write_shards(crops, part, encoding.shard_megabytes << 20)
        manifest = StoreManifest(
            dataset=split.name,
            table_sha256=rows_checksum(split),
            reach=cutter.reach,
            encoding=encoding,
            crops=len(rows),
            pictures=len(pictures),
            shards=shards,
        )
        write_manifest(manifest, part)
    return manifest


def _ordered(
    pool: ThreadPoolExecutor, work: Callable[[T], R], items: Iterable[T], most_waiting: int
) -> Iterator[R]:
    """Results in the items' order, with few of them waiting: memory stays bounded."""
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= most_waiting:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
