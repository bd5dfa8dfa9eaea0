"""What a masked auto-encoder sees of each sample, and what is hidden of it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

MASKING = 1_000_003
"""Spawn key of the masks' generators: no augmentation draws from the same."""


class Look(Protocol):
    """A sample of `InstanceCrops` or `WholePictures`."""

    @property
    def picture(self) -> np.ndarray:
        """[H, W, 3] uint8 RGB."""

    @property
    def task(self) -> int:
        """Index of the data set."""

    @property
    def row(self) -> int:
        """Index among the data set's trainable rows."""


class Looks(Protocol):
    """`InstanceCrops` or `WholePictures`."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: tuple[int, int]) -> Look: ...


class MaskedView(NamedTuple):
    """One sample.

    Attributes:
        picture: [H, W, 3] uint8 RGB.
        noise: [N] float32, a number a patch; the patches with the largest ones are hidden.
        task: index of the data set.
        row: index among the data set's trainable rows.
    """

    picture: np.ndarray
    noise: np.ndarray
    task: int
    row: int


class MaskedBatch(NamedTuple):
    """Samples: a `MaskedView`'s fields with a batch dimension in front."""

    picture: Tensor
    noise: Tensor
    task: Tensor
    row: Tensor


def collate_views(views: Sequence[MaskedView]) -> MaskedBatch:
    """Stack samples into a batch."""
    columns = zip(*views, strict=True)
    return MaskedBatch(*(torch.from_numpy(np.stack(column)) for column in columns))


class MaskedViews(Dataset[MaskedView]):
    """Samples with the noise that decides what is hidden of them.

    Noise and view are drawn from generators of (seed, pass, index), so that a sample is the same
    whichever worker and process makes it. Ask for `views[pass, index]`.

    Args:
        looks: the pictures; their augmentation has its own seed.
        patches: of a picture, N.
        seed: of the noise.
    """

    def __init__(self, looks: Looks, patches: int, seed: int) -> None:
        self.looks, self.patches, self.seed = looks, patches, seed

    def __len__(self) -> int:
        return len(self.looks)

    def __getitem__(self, key: tuple[int, int]) -> MaskedView:
        look = self.looks[key]
        entropy = np.random.SeedSequence((self.seed, *key), spawn_key=(MASKING,))
        noise = np.random.default_rng(entropy).random(self.patches, np.float32)
        return MaskedView(look.picture, noise, look.task, look.row)
