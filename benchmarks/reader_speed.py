r"""Reading training samples, side by side with mmpose 1.3.2's own pipeline, on one core.

    python benchmarks/reader_speed.py PEER_PYTHON [DATA]

DATA holds coco_mini and lspet_3000 (../shared/data); PEER_PYTHON is the Python of an environment
with mmpose, beside this one and with the same OpenCV, NumPy and PyTorch (nothing is compiled):

    uv venv --python 3.11 PEER
    uv pip install --python PEER/bin/python --no-deps mmpose==1.3.2 mmcv-lite==2.1.0 \
        mmengine==0.10.7
    uv pip install --python PEER/bin/python opencv-python-headless==5.0.0.93 numpy==2.4.6 \
        torch==2.15.0 torchvision==0.29.2 scipy pycocotools matplotlib json-tricks munkres \
        addict pyyaml yapf termcolor rich

Both read the same people of the same pictures, augment by the ViTPose recipe and end in the same
tensors: normalised batches of 32, heatmaps, weights. Without augmentation they are compared; a
heatmap may differ by 0.005 on the outermost line of a Gaussian whose nearest pixel is a tie, or
negative: mmpose rounds towards zero. The peer, driven by peers/mmpose_reader.py, is mmpose's
CocoDataset with the transforms of its own recipe, its collate function and its
PoseDataPreprocessor. Nobody decodes a picture once for several people in it.

Rounds of the two take turns on one core, each with one thread; every picture lies in the page
cache. Figures are samples a second of processor time, medians over the rounds with the range of
their middle half: other work on the machine moves them less than wall time, but not by nothing.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import torch
from peers.exact_affine import exact_crop, levels, on_noise
from peers.mmpose_process import Mmpose
from torch import Tensor

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.crops import Crop, CropBatch, InstanceCrops, collate_crops
from vitpose_plus.datasets.readers import READERS
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import build_table
from vitpose_plus.geometry import (
    MEAN,
    STD,
    Augmentation,
    compose,
    crop,
    invert,
    normalise,
    read_picture,
    transform_points,
    udp_affine,
    view_of_box,
)
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.skeletons import load_skeleton

HERE = Path(__file__).parent
CODEC = HeatmapCodec(input_size=(256, 192), heatmap_size=(64, 48))
BATCH = 32
MOST_SAMPLES = 256  # a round
ROUNDS = 15
PEER = "mmpose, full pictures"
Sums = dict[str, float]


@dataclass(frozen=True)
class Source:
    """Files of one data set in COCO's layout."""

    name: str
    annotations: str
    images: str
    skeleton: str

    def split(self, data: Path) -> Split:
        """As the project reads it."""
        skeleton = load_skeleton(self.skeleton)
        files = SplitSource(annotations=data / self.annotations, images=data / self.images)
        table = build_table(self.name, "train", READERS["coco"](files, skeleton).instances)
        return Split(self.name, skeleton, ("oks",), files.images, table)


SOURCES = (
    Source(
        "coco_mini",
        "coco_mini/annotations/person_keypoints_train2017.json",
        "coco_mini/train2017",
        "coco",
    ),
    Source(
        "lspet_3000",
        "lspet_3000/lspet_train.json",
        "lspet_3000/images",
        str(HERE.parent / "conf/lspet/lspet.skeleton.yml"),
    ),
)


@dataclass(frozen=True)
class Ours:
    """The project's reader."""

    crops: InstanceCrops

    def round(self, batches: list[list[int]], epoch: int) -> float:
        """Processor seconds that these batches take."""
        began = time.process_time()
        for batch in batches:
            self.finish(collate_crops([self.crops[epoch, i] for i in batch]))
        return time.process_time() - began

    @staticmethod
    def finish(batch: CropBatch) -> tuple[Tensor, Tensor, Tensor]:
        """What training does on its device: normalised pictures, heatmaps, weights."""
        return normalise(batch.picture), *encode(batch.keypoints, batch.visibility, CODEC)

    def steps(self, batches: list[list[int]], epoch: int) -> Sums:
        """Processor seconds that each step takes: `InstanceCrops`, spelt out."""
        clock = Clock()
        for batch in batches:
            samples = [self._sample((epoch, i), clock) for i in batch]
            clock.start()
            collated = collate_crops(samples)
            normalise(collated.picture)
            clock.stop("batch")
            encode(collated.keypoints, collated.visibility, CODEC)
            clock.stop("target")
        return clock.seconds

    def _sample(self, key: tuple[int, int], clock: "Clock") -> Crop:
        clock.start()
        sighting = self.crops.views[key]
        store, matrix = self.crops.stores[sighting.task], sighting.matrix
        clock.stop("view")
        if store is None:
            picture = read_picture(self.crops.views.rows[sighting.task].path(sighting.row))
        else:
            part = store[sighting.row]
            picture, matrix = part.decode(), compose(matrix, invert(part.matrix))
        clock.stop("decode")
        picture = crop(picture, matrix, CODEC.input_size)
        clock.stop("warp")
        return Crop(picture, *sighting)


class Clock:
    """Processor seconds by step."""

    def __init__(self) -> None:
        self.seconds: Sums = dict.fromkeys(("view", "decode", "warp", "target", "batch"), 0.0)
        self._began = 0.0

    def start(self) -> None:
        """Begin a step."""
        self._began = time.process_time()

    def stop(self, step: str) -> None:
        """End a step; the next one begins."""
        now = time.process_time()
        self.seconds[step] += now - self._began
        self._began = now


@dataclass(frozen=True)
class Comparison:
    """One data set, read by all."""

    split: Split
    peer: Mmpose
    rivals: dict[str, Ours]

    @cached_property
    def ids(self) -> list[int]:
        """The annotations that a round reads."""
        return self.peer.ids[:MOST_SAMPLES]

    @cached_property
    def rows(self) -> list[int]:
        """Where ours has them."""
        places = {int(n): row for row, n in enumerate(self.split.trainable().column("instance_id"))}
        return [places[number] for number in self.ids]

    def calls(self, request: str) -> dict[str, Callable[[int], Any]]:
        """Each reader's method of this name, which takes an epoch."""
        theirs, ours = in_batches(list(range(len(self.ids)))), in_batches(self.rows)
        own = {name: partial(getattr(rival, request), ours) for name, rival in self.rivals.items()}
        return {PEER: lambda _: self.peer.ask(request, theirs), **own}

    def speed(self) -> None:
        """Print samples a second."""
        calls = self.calls("round")
        for call in calls.values():
            call(ROUNDS)  # warms up
        speeds: dict[str, list[float]] = {name: [] for name in calls}
        for epoch in range(ROUNDS):
            for name, call in calls.items():
                speeds[name].append(len(self.ids) / call(epoch))
        for name, found in speeds.items():
            low, middle, high = statistics.quantiles(found, n=4)
            times = middle / statistics.median(speeds[PEER])
            spread = f"{middle:6.0f} a second ({low:.0f} to {high:.0f})"
            print(f"    {name:24}{spread:32}x{times:.2f}", flush=True)

    def steps(self) -> None:
        """Print where the time goes."""
        calls, names = self.calls("steps"), Clock().seconds
        print(f"    {'milliseconds a sample':24}" + "".join(f"{step:>9}" for step in names))
        found = [{name: call(epoch) for name, call in calls.items()} for epoch in range(5)]
        for name in calls:
            seconds = [statistics.median(once[name][step] for once in found) for step in names]
            cells = "".join(f"{1e3 * value / len(self.ids):9.2f}" for value in seconds)
            print(f"    {name:24}{cells}", flush=True)

    def equality(self, folder: Path) -> None:
        """Print how far the two are apart without augmentation, and ours from the exact affine."""
        file = folder / "plain.npz"
        self.peer.ask("plain_batch", list(range(len(self.ids))), str(file))
        theirs, trainable = np.load(file), self.split.trainable()
        apart, inexact, maps_apart = [], [], []
        scale = 255 * np.array(STD)[:, None, None]
        for place, row in enumerate(self.rows):
            # mmpose ends boxes at the last pixel's centre: its own are taken.
            left, top, right, bottom = map(float, theirs["boxes"][place])
            view = view_of_box((left, top, right - left, bottom - top), CODEC.input_size)
            matrix = udp_affine(view, CODEC.input_size)
            whole = read_picture(self.split.images / trainable.column("file_name")[row])
            picture = crop(whole, matrix, CODEC.input_size)
            told = theirs["pictures"][place] * scale + 255 * np.array(MEAN)[:, None, None]
            apart.append(np.abs(picture.transpose(2, 0, 1) - told))
            inexact.append(np.abs(picture - exact_crop(whole, matrix, CODEC.input_size)))
            points = transform_points(trainable.keypoints[row], matrix)
            given = (
                torch.tensor(points[None]).float(),
                torch.tensor(trainable.visibility[row])[None],
            )
            maps, weights = encode(*given, CODEC)
            assert np.array_equal(weights[0], theirs["weights"][place])
            maps_apart.append(np.abs(maps[0].numpy() - theirs["heatmaps"][place]).max())
        print("    without augmentation, ours are")
        print(f"        from mmpose's pictures {levels(apart)}")
        print(f"        from the exact affine {levels(inexact)}")
        print(f"        from mmpose's heatmaps {max(maps_apart):.4f} at most", flush=True)


def in_batches(indices: list[int]) -> list[list[int]]:
    """32 at a time; the last may be smaller."""
    return [indices[start : start + BATCH] for start in range(0, len(indices), BATCH)]


def compare(source: Source, python: str, data: Path, folder: Path) -> None:
    """Print one data set's figures."""
    split = source.split(data)
    build_crops(split, folder / "crops", Augmentation(), CODEC.input_size)
    given = [split], CODEC.input_size, Augmentation()
    rivals = {
        "ours, full pictures": Ours(InstanceCrops(*given)),
        "ours, crop store": Ours(InstanceCrops(*given, stores=[CropStore(folder / "crops")])),
    }
    peer = Mmpose(python, split, data / source.annotations, folder)
    comparison = Comparison(split, peer, rivals)
    people = split.trainable().take(comparison.rows)
    width, height = (int(np.median(people.column(side))) for side in ("width", "height"))
    pictures = len(set(people.column("file_name")))
    print(f"{source.name}: {len(people)} people in {pictures} pictures, typically {width}x{height}")
    print(f"    theirs: {peer.ask('versions')}")
    comparison.speed()
    comparison.steps()
    comparison.equality(folder)
    peer.close()


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    data = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parent.parent / "shared/data"
    if missing := [s.images for s in SOURCES if not (data / s.images).is_dir()]:
        sys.exit(f"{data} lacks {', '.join(missing)}: name the folder that holds them")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    print(f"ours: OpenCV {cv2.__version__}, torch {torch.__version__}, NumPy {np.__version__}")
    print(f"crop() on noise, from the exact affine: {on_noise(CODEC.input_size)}")
    for chosen in SOURCES:
        with TemporaryDirectory() as name:
            compare(chosen, sys.argv[1], data, Path(name))
