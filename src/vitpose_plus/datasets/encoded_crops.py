"""Instances still coded as JPEG, for a device that decodes them itself."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from vitpose_plus.datasets.crop_store.on_device import decode_jpegs, warp
from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.datasets.instance_views import InstanceViews, Sighting
from vitpose_plus.datasets.split import Split
from vitpose_plus.geometry import Augmentation, compose, invert


class EncodedCrop(NamedTuple):
    """One sample whose picture is yet to be decoded and warped.

    Attributes:
        jpeg: [bytes] uint8.
        warp: [2, 3] from the JPEG's pixels to input pixels.
        sighting: the labels.
    """

    jpeg: np.ndarray
    warp: np.ndarray
    sighting: Sighting


class EncodedBatch(NamedTuple):
    """Samples of several data sets, whose pictures differ in size.

    Attributes:
        jpegs: [bytes] uint8: all of them in one piece, for each tensor that leaves a worker
            takes a file descriptor.
        lengths: [B] bytes of each.
        warps: [B, 2, 3].
        labels: a `Sighting`'s fields with a batch dimension in front.
    """

    jpegs: Tensor
    lengths: Tensor
    warps: Tensor
    labels: list[Tensor]

    @property
    def tasks(self) -> Tensor:
        """[B] index of each sample's data set."""
        return self.labels[Sighting._fields.index("task")]

    def decode(self, input_size: tuple[int, int], device: torch.device) -> CropBatch:
        """The batch as `collate_crops` makes it, on a device."""
        pictures = decode_jpegs(self.jpegs.split(self.lengths.tolist()), device)
        views = warp(pictures, self.warps, input_size)
        return CropBatch(views, *(label.to(device, non_blocking=True) for label in self.labels))


def collate_encoded(crops: Sequence[EncodedCrop]) -> EncodedBatch:
    """Stack samples into a batch; their JPEGs one behind the other."""
    jpegs, warps, sightings = zip(*crops, strict=True)
    return EncodedBatch(
        torch.from_numpy(np.concatenate(jpegs)),
        torch.tensor([len(jpeg) for jpeg in jpegs]),
        torch.from_numpy(np.stack(warps)),
        [torch.from_numpy(np.stack(column)) for column in zip(*sightings, strict=True)],
    )


class EncodedCrops(Dataset[EncodedCrop]):
    """`InstanceCrops` of crop stores, before decoding: the same views from the same seed.

    Args:
        splits: what to read.
        input_size: (height, width) of the network's input.
        augmentation: how views stray from their boxes; None: not at all.
        seed: of the augmentation.
        stores: each split's crops.
    """

    def __init__(
        self,
        splits: Sequence[Split],
        input_size: tuple[int, int],
        augmentation: Augmentation | None,
        seed: int,
        stores: Sequence[CropStore],
    ) -> None:
        self.views = InstanceViews(splits, input_size, augmentation, seed)
        self.stores = stores

    def __len__(self) -> int:
        return len(self.views)

    def __getitem__(self, key: tuple[int, int]) -> EncodedCrop:
        sighting = self.views[key]
        part = self.stores[sighting.task][sighting.row]
        return EncodedCrop(part.jpeg, compose(sighting.matrix, invert(part.matrix)), sighting)
