"""Whole pictures, or a random part of each: the papers' pretraining without cropping."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from torch.utils.data import Dataset

from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.trainable_rows import TrainableRows
from vitpose_plus.geometry import read_picture
from vitpose_plus.pretraining.config import RandomPart

TRIES = 10  # until a part fits into its picture; then the middle is taken (torchvision's rule)


class Seen(NamedTuple):
    """One sample.

    Attributes:
        picture: [H, W, 3] uint8 RGB.
        task: index of the data set.
        row: index among the data set's trainable rows of the picture's first instance.
    """

    picture: np.ndarray
    task: int
    row: int


class Part(NamedTuple):
    """A rectangle of a picture in whole pixels."""

    left: int
    top: int
    width: int
    height: int


class WholePictures(Dataset[Seen]):
    """The pictures of several splits' trainable rows, one after another, each of them once.

    What is looked at is drawn from a generator of (seed, pass, index). Ask for
    `pictures[pass, index]`.

    Args:
        splits: what to read.
        input_size: (height, width) of the network's input.
        part: what is looked at; None: the middle, as large as it gets.
        seed: of the parts.
    """

    def __init__(
        self,
        splits: Sequence[Split],
        input_size: tuple[int, int],
        part: RandomPart | None = None,
        seed: int = 0,
    ) -> None:
        self.input_size, self.part, self.seed = input_size, part, seed
        self.rows = [TrainableRows(split) for split in splits]
        self.firsts = [np.array([own[0] for own in rows.by_picture()]) for rows in self.rows]
        self._ends = np.cumsum([len(firsts) for firsts in self.firsts])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, key: tuple[int, int]) -> Seen:
        number, index = key
        task = int(np.searchsorted(self._ends, index, side="right"))
        row = int(self.firsts[task][index - int(self._ends[task])])
        picture = read_picture(self.rows[task].path(row))
        rng = np.random.default_rng((self.seed, number, index))
        return Seen(self._look(picture, rng), task, row)

    def _look(self, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        height, width = self.input_size
        size, shape = (picture.shape[1], picture.shape[0]), width / height
        if self.part is None:
            return resized(picture, middle(size, shape), self.input_size)
        seen = resized(picture, random_part(rng, self.part, size, shape), self.input_size)
        return seen[:, ::-1].copy() if rng.random() < self.part.flip else seen


def random_part(
    rng: np.random.Generator, part: RandomPart, size: tuple[int, int], shape: float
) -> Part:
    """A part of random area, shape and place; the middle where none fits.

    Args:
        rng: this sample's own generator.
        part: the bounds.
        size: (width, height) of the picture.
        shape: width over height of the network's input.
    """
    low, high = np.log(part.stretch)
    for _ in range(TRIES):
        area = size[0] * size[1] * rng.uniform(*part.area)
        drawn = shape * np.exp(rng.uniform(low, high))
        width, height = round(np.sqrt(area * drawn)), round(np.sqrt(area / drawn))
        if 0 < width <= size[0] and 0 < height <= size[1]:
            left, top = rng.integers((size[0] - width + 1, size[1] - height + 1)).tolist()
            return Part(left, top, width, height)
    return middle(size, shape)


def middle(size: tuple[int, int], shape: float) -> Part:
    """The largest part of the input's shape around a picture's middle."""
    width = min(size[0], max(1, round(size[1] * shape)))
    height = min(size[1], max(1, round(size[0] / shape)))
    return Part((size[0] - width) // 2, (size[1] - height) // 2, width, height)


def resized(picture: np.ndarray, part: Part, size: tuple[int, int]) -> np.ndarray:
    """A part of a picture in (height, width) pixels; where it shrinks, areas are averaged."""
    pixels = picture[part.top : part.top + part.height, part.left : part.left + part.width]
    shrinks = part.height > size[0] or part.width > size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(pixels, (size[1], size[0]), interpolation=how)
