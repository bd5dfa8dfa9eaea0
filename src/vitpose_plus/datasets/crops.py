"""Instances as the network sees them: cropped, resampled and, in training, augmented."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.instance_views import InstanceViews
from vitpose_plus.datasets.split import Split
from vitpose_plus.geometry import Augmentation, compose, crop, invert, read_picture


class Crop(NamedTuple):
    """One sample: its picture, and a `Sighting`'s fields.

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


class InstanceCrops(Dataset[Crop]):
    """The trainable instances of several splits, one after another.

    Augmentation draws from a generator of (seed, epoch, index), so that a sample is the same
    whichever worker makes it. Ask for `dataset[epoch, index]`.

    Args:
        splits: what to read.
        input_size: (height, width) of the network's input.
        augmentation: how views stray from their boxes; None: not at all.
        seed: of the augmentation.
        stores: a split's crops, or None to read its pictures; empty: pictures everywhere.
    """

    def __init__(
        self,
        splits: Sequence[Split],
        input_size: tuple[int, int],
        augmentation: Augmentation | None = None,
        seed: int = 0,
        stores: Sequence[CropStore | None] = (),
    ) -> None:
        self.views = InstanceViews(splits, input_size, augmentation, seed)
        self.stores = stores or [None] * len(splits)
        if len(self.stores) != len(splits):
            raise ValueError(
                f"{len(stores)} store for {len(splits)} splits: give one each, or None"
            )

    def __len__(self) -> int:
        return len(self.views)

    def __getitem__(self, key: tuple[int, int]) -> Crop:
        sighting = self.views[key]
        store = self.stores[sighting.task]
        if store is None:
            whole = read_picture(self.views.rows[sighting.task].path(sighting.row))
            picture = crop(whole, sighting.matrix, self.views.input_size)
        else:
            part = store[sighting.row]
            matrix = compose(sighting.matrix, invert(part.matrix))
            picture = crop(part.decode(), matrix, self.views.input_size)
        return Crop(picture, *sighting)
