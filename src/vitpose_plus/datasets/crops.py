"""Instances as the network sees them: cropped, resampled and, in training, augmented."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from vitpose_plus.datasets.split import Split
from vitpose_plus.geometry import (
    Augmentation,
    View,
    crop,
    random_view,
    read_picture,
    transform_points,
    udp_affine,
    view_of_box,
)


class Crop(NamedTuple):
    """One sample.

    Attributes:
        picture: [H, W, 3] uint8 RGB.
        keypoints: [K, 2] in input pixels, K the largest set's; zeros beyond the sample's own.
        visibility: [K] 0 unlabelled, 1 hidden, 2 visible.
        task: index of the data set.
        row: index among the data set's trainable rows.
        matrix: [2, 3] from picture pixels to input pixels.
    """

    picture: np.ndarray
    keypoints: np.ndarray
    visibility: np.ndarray
    task: int
    row: int
    matrix: np.ndarray


class CropBatch(NamedTuple):
    """Samples of several data sets: a `Crop`'s fields with a batch dimension in front."""

    picture: Tensor
    keypoints: Tensor
    visibility: Tensor
    task: Tensor
    row: Tensor
    matrix: Tensor


def collate_crops(crops: Sequence[Crop]) -> CropBatch:
    """Stack samples into a batch."""
    columns = zip(*crops, strict=True)
    return CropBatch(*(torch.from_numpy(np.stack(column)) for column in columns))


class _Rows:
    """A split's trainable rows as plain arrays: an Arrow table is slow to index by row."""

    def __init__(self, split: Split) -> None:
        table = split.trainable()
        self.files = [str(split.images / name) for name in table.column("file_name")]
        self.boxes = table.bbox
        self.keypoints = table.keypoints
        self.visibility = table.visibility
        self.flip_index = split.skeleton.flip_index()
        # All alike: no halves, and none is drawn.
        self.upper = np.array(split.skeleton.upper_mask()) & split.augmentation.half_body


class InstanceCrops(Dataset[Crop]):
    """The trainable instances of several splits, one after another.

    Augmentation draws from a generator of (seed, epoch, index), so that a sample is the same
    whichever worker makes it. Ask for `dataset[epoch, index]`.
    """

    def __init__(
        self,
        splits: Sequence[Split],
        input_size: tuple[int, int],
        augmentation: Augmentation | None = None,
        seed: int = 0,
    ) -> None:
        self.input_size = input_size
        self.augmentation = augmentation
        self.seed = seed
        self._splits = [_Rows(split) for split in splits]
        self._ends = np.cumsum([len(rows.files) for rows in self._splits])
        self._most_keypoints = max(len(split.skeleton) for split in splits)

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, key: tuple[int, int]) -> Crop:
        epoch, index = key
        task = int(np.searchsorted(self._ends, index, side="right"))
        rows = self._splits[task]
        row = index - int(self._ends[task]) + len(rows.files)
        view = view_of_box(rows.boxes[row], self.input_size)
        if self.augmentation is not None:
            view = self._stray(view, rows, row, np.random.default_rng((self.seed, epoch, index)))
        return self._cut(view, rows, task, row)

    def _stray(self, view: View, rows: _Rows, row: int, rng: np.random.Generator) -> View:
        assert self.augmentation is not None
        labelled = rows.visibility[row] > 0
        return random_view(rng, self.augmentation, view, rows.keypoints[row], labelled, rows.upper)

    def _cut(self, view: View, rows: _Rows, task: int, row: int) -> Crop:
        matrix = udp_affine(view, self.input_size)
        picture = crop(read_picture(rows.files[row]), matrix, self.input_size)
        points = transform_points(rows.keypoints[row], matrix)
        visibility = rows.visibility[row]
        if view.flip:
            points, visibility = points[rows.flip_index], visibility[rows.flip_index]
        keypoints = np.zeros((self._most_keypoints, 2), np.float32)
        padded = np.zeros(self._most_keypoints, np.uint8)
        keypoints[: len(points)], padded[: len(points)] = points, visibility
        return Crop(picture, keypoints, padded, task, row, matrix)
