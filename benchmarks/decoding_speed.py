"""Decoding heatmaps, side by side with transformers and mmpose 1.3.2.

    python benchmarks/decoding_speed.py PEER_PYTHON [SAMPLES]

PEER_PYTHON is the Python of an environment with mmpose; `reader_speed.py` says how to make it.

All decode the same 4096 x 17 heatmaps of 64 x 48 by DARK as UDP uses it: ours `heatmaps.decode`, on
the CPU; transformers' `VitPoseImageProcessor.post_process_pose_estimation`, with boxes that leave
keypoints where they are in the crop; mmpose's `UDPHeatmap.decode`, sample by sample as its head
calls it. Rounds take turns; figures are medians. Time on the clock is what is waited for, each
library with the threads that it takes by itself: ours uses all cores, and suffers most where others
work on them too. Processor time is what all threads spend, and hardly cares.

The heatmaps are Gaussians at random places with a little noise. Keypoints are compared where the
smoothing does not reach the border: there mmpose takes zeros where UDP's own code mirrors.
transformers' smoothing has another width (0.8 pixels; ours, mmpose's and UDP's own 2) everywhere.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from transformers import VitPoseImageProcessor
from transformers import __version__ as transformers_version

from vitpose_plus.heatmaps import HeatmapCodec, decode, encode

CODEC = HeatmapCodec((256, 192), (64, 48))
KEYPOINTS = 17
ROUNDS = 5
PADDING = 1.25  # What transformers widens a box by.
PROGRAM = Path(__file__).with_name("peers") / "mmpose_decoder.py"


class Seconds(NamedTuple):
    """What one round takes."""

    clock: float
    processor: float


Decoder = Callable[[], tuple[Seconds, np.ndarray]]
"""Seconds, and the keypoints [B, K, 2] in input pixels."""


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def read(self) -> Seconds:
        """On the clock, and of the processor."""
        clock, processor = self._began
        return Seconds(time.perf_counter() - clock, time.process_time() - processor)


def draw(samples: int) -> Tensor:
    """Heatmaps [B, K, h, w] with one noisy peak each."""
    torch.manual_seed(0)
    places = torch.rand(samples, KEYPOINTS, 2) * torch.tensor([191.0, 255.0])
    heatmaps, _ = encode(places, torch.full((samples, KEYPOINTS), 2), CODEC)
    heatmaps *= torch.rand(samples, KEYPOINTS, 1, 1) * 0.7 + 0.3
    return heatmaps.add_(torch.rand(heatmaps.shape[1:]) * 0.02)


def ours(heatmaps: Tensor) -> tuple[Seconds, np.ndarray]:
    """This project's."""
    clock = Clock()
    keypoints, _ = decode(heatmaps, CODEC)
    return clock.read(), keypoints.numpy()


def transformers_own(heatmaps: Tensor) -> tuple[Seconds, np.ndarray]:
    """The image processor's, whose crops are the boxes themselves."""
    height, width = CODEC.input_size
    processor = VitPoseImageProcessor(size={"height": height, "width": width})
    inner = [width / PADDING, height / PADDING]
    corner = [(width - inner[0]) / 2, (height - inner[1]) / 2]
    boxes = [[[*corner, *inner]]] * len(heatmaps)
    outputs = SimpleNamespace(heatmaps=heatmaps)
    clock = Clock()
    found = processor.post_process_pose_estimation(outputs, boxes)
    seconds = clock.read()
    keypoints = np.stack([poses[0]["keypoints"].numpy() for poses in found])
    # A crop is 192 pixels wide there; UDP's pixels, between whose centres lie 191, are ours.
    return seconds, keypoints * [(width - 1) / width, (height - 1) / height]


class Mmpose:
    """The peer's codec, in a process of its own."""

    def __init__(self, python: str, heatmaps: Tensor, folder: Path) -> None:
        source, self._answer = folder / "heatmaps.npy", folder / "keypoints.npy"
        np.save(source, heatmaps.numpy())
        height, width = map(str, CODEC.input_size)
        self._process = subprocess.Popen(
            [python, PROGRAM, source, self._answer, width, height],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def __call__(self) -> tuple[Seconds, np.ndarray]:
        """Decode once."""
        assert self._process.stdin is not None
        print("decode", file=self._process.stdin, flush=True)
        return Seconds(*map(float, self._read().split())), np.load(self._answer)

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline() or sys.exit("mmpose's process ended")


def compare(decoders: dict[str, Decoder], samples: int) -> None:
    """Print each one's time, how many times ours it is, and how far apart the keypoints are."""
    taken: dict[str, list[Seconds]] = {name: [] for name in decoders}
    keypoints = {name: decoder()[1] for name, decoder in decoders.items()}  # Warms up.
    for _ in range(ROUNDS):
        for name, decoder in decoders.items():
            taken[name].append(decoder()[0])
    for kind in Seconds._fields:
        own = statistics.median(getattr(s, kind) for s in taken["ours"])
        for name, rounds in taken.items():
            found = [getattr(seconds, kind) for seconds in rounds]
            middle = statistics.median(found)
            spread = f"{middle:8.3f} s ({min(found):.3f} to {max(found):.3f})"
            each = f"{1e6 * middle / samples:8.1f} us a sample"
            print(f"{kind:11}{name:14}{spread:30}{each}  x{middle / own:.1f}")
    for name in list(decoders)[1:]:
        print(f"{'keypoints':11}{name:14}{distances(keypoints['ours'], keypoints[name])}")


def distances(one: np.ndarray, other: np.ndarray) -> str:
    """How far two decoders' keypoints [B, K, 2] are apart, in words."""
    margin = (CODEC.blur // 2 + 2) * CODEC.stride().numpy()
    size = np.array(CODEC.input_size[::-1])
    inside = ((one > margin) & (one < size - 1 - margin)).all(axis=-1)
    apart = np.linalg.norm(one - other, axis=-1)
    middle, most = np.median(apart[inside]), apart[inside].max()
    return (
        f"from ours {middle:.5f} input pixels (median), {most:.4f} (most) inside; "
        f"{np.median(apart[~inside]):.4f} (median) near the border"
    )


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 4096
    drawn = draw(count)
    print(
        f"{list(drawn.shape)} float32; torch {torch.__version__}, {torch.get_num_threads()} "
        f"threads; transformers {transformers_version}"
    )
    with TemporaryDirectory() as name:
        peer = Mmpose(sys.argv[1], drawn, Path(name))
        compare(
            {
                "ours": lambda: ours(drawn),
                "transformers": lambda: transformers_own(drawn),
                "mmpose": peer,
            },
            count,
        )
        peer.close()
