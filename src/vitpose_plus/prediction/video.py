"""Frames of a video, one after another, in and out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vitpose_plus.errors import PictureError

USUAL_RATE = 25.0
# MPEG-4 Part 2. OpenCV's wheels write no H.264, and their VP9 takes 60 times as long.
CODEC = "mp4v"


@dataclass(frozen=True)
class Film:
    """What a video's container says of it.

    Attributes:
        path: the file.
        rate: frames a second; nan: it does not say.
        frames: how many, as far as is known; 0: it does not say.
    """

    path: Path
    rate: float
    frames: int


def open_film(path: Path) -> Film:
    """Look at a video.

    Raises:
        PictureError: it cannot be opened.
    """
    with _opened(path) as capture:
        rate = float(capture.get(cv2.CAP_PROP_FPS))
        frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    return Film(path, rate if 0 < rate < 1000 else float("nan"), max(frames, 0))


def frames_of(film: Film) -> Iterator[np.ndarray]:
    """Each frame [H, W, 3] uint8 RGB, turned as the container says (phones').

    Raises:
        PictureError: it cannot be opened.
    """
    with _opened(film.path) as capture:
        while True:
            good, frame = capture.read()
            if not good:
                return
            yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


@contextmanager
def writing_film(path: Path, rate: float) -> Iterator[Callable[[np.ndarray], None]]:
    """Yield what adds a frame [H, W, 3] uint8 RGB to an mp4, all of one size, `rate` a second."""
    writer: cv2.VideoWriter | None = None
    size = (0, 0)

    def add(frame: np.ndarray) -> None:
        nonlocal writer, size
        if writer is None:
            size = frame.shape[:2]
            writer = _writer(path, rate, size)
        if frame.shape[:2] != size:  # OpenCV would drop it without a word.
            raise PictureError(f"{path.name}: its frames change their size")
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))

    try:
        yield add
    finally:
        if writer is not None:
            writer.release()


@contextmanager
def _opened(path: Path) -> Iterator[cv2.VideoCapture]:
    capture = cv2.VideoCapture(str(path))
    try:
        if not capture.isOpened():
            raise PictureError(f"{path} is not a video that OpenCV can read, or it is cut off")
        yield capture
    finally:
        capture.release()


def _writer(path: Path, rate: float, size: tuple[int, int]) -> cv2.VideoWriter:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*CODEC), rate, size[::-1])
    if not writer.isOpened():
        raise PictureError(f"{path}: this OpenCV writes no mp4 ({CODEC})")
    return writer
