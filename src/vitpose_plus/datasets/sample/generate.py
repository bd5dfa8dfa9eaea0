"""Paint the whole sample with several processes; the bytes do not depend on how many."""

import json
import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.layouts import LAYOUTS, Shot
from vitpose_plus.datasets.sample.layouts.layout import Record
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.replacement import replacing

# Raise it whenever the same configuration gives other bytes or other files.
GENERATOR_VERSION = 2
STAMP = "sample.json"
JPEG_QUALITY = 90


def generate_sample(
    config: SampleConfig, folder: Path, *, workers: int = 2, progress: bool = True
) -> None:
    """Write a sample of the data sets in their official raw layouts below `folder`.

    Returns at once when `folder` holds this very sample, and replaces another sample. Everything
    is built beside it under a temporary name, so an interruption leaves no half-written sample.

    Args:
        config: sizes and seed.
        folder: gets one folder a data set, and sample.json.
        workers: processes that paint; 1 paints in this one.
        progress: show a bar.

    Raises:
        ConfigurationError: `folder` holds something that is no sample.
    """
    stamp = _stamp(config)
    if folder.exists():
        if not (folder / STAMP).is_file():
            raise ConfigurationError(
                f"{folder} exists and is no generated sample (it has no {STAMP}): "
                "remove it yourself, or choose another folder"
            )
        if (folder / STAMP).read_text() == stamp:
            return
    with replacing(folder) as part:
        _build(config, part, workers, progress)
        (part / STAMP).write_text(stamp)


def _stamp(config: SampleConfig) -> str:
    """What the sample holds.

    Sets that it leaves out are not named: one that becomes possible makes no older sample stale.
    """
    drawn = {name: value for name, value in asdict(config).items() if value is not None}
    return json.dumps({"version": GENERATOR_VERSION, "config": drawn}, indent=1)


def _build(config: SampleConfig, folder: Path, workers: int, progress: bool) -> None:
    from tqdm import tqdm

    shots = [shot for layout in LAYOUTS.values() for shot in layout.shots(config)]
    for parent in {(folder / shot.dataset / file).parent for shot in shots for file in shot.files}:
        parent.mkdir(parents=True, exist_ok=True)
    take = partial(take_shot, config.seed, folder)
    with tqdm(
        total=sum(len(shot.files) for shot in shots),
        desc="sample",
        unit="pic",
        disable=None if progress else True,
    ) as bar:
        records = []
        for record in _in_order(take, shots, workers):
            records.append(record)
            bar.update(len(record))
    for name, layout in LAYOUTS.items():
        own = [i for i, shot in enumerate(shots) if shot.dataset == name]
        if own:
            layout.write(folder / name, [shots[i] for i in own], [records[i] for i in own])


def _in_order(take: partial, shots: list[Shot], workers: int) -> Iterable[list[Record]]:
    if workers <= 1:
        yield from map(take, shots)
        return
    # Spawned, not forked: the caller may have threads.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        yield from pool.map(take, shots, chunksize=8)


def take_shot(seed: int, folder: Path, shot: Shot) -> list[Record]:
    """Paint one shot, write its pictures below `folder`, and return its records.

    All its random numbers come from the seed, the data set and the shot's number, so that any
    process may paint it.
    """
    key = (crc32(shot.dataset.encode()), shot.number)
    rng = np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=key))
    pictures = LAYOUTS[shot.dataset].take(shot, rng)
    for file, picture in zip(shot.files, pictures, strict=True):
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        _, data = cv2.imencode(".jpg", picture.image, quality)
        (folder / shot.dataset / file).write_bytes(data.tobytes())
    return [picture.record for picture in pictures]
