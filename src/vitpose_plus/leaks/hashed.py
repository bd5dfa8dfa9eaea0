"""Pictures and how they look."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.picture_hash import HASH_BYTES


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a split.

    Attributes:
        dataset, split: whose.
        name: its file name, as in the tables.
    """

    dataset: str
    split: str
    name: str

    def __str__(self) -> str:
        return f"{self.dataset} {self.split} {self.name}"


@dataclass(frozen=True, eq=False)
class HashedPictures:
    """A split's pictures.

    Attributes:
        dataset, split: whose.
        folder: where the names start from.
        names: [N] file names.
        hashes: [N, HASH_BYTES] uint8; all zeros: nothing to see, so nothing to compare. See
            `datasets.picture_hash.hash_array`.
    """

    dataset: str
    split: str
    folder: Path
    names: np.ndarray
    hashes: np.ndarray

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Pile:
    """The pictures of several splits, numbered through."""

    splits: Sequence[HashedPictures]

    def __len__(self) -> int:
        return sum(map(len, self.splits))

    @cached_property
    def hashes(self) -> np.ndarray:
        """[N, HASH_BYTES]."""
        nothing = np.zeros((0, HASH_BYTES), np.uint8)
        return np.concatenate([nothing, *(split.hashes for split in self.splits)])

    @cached_property
    def hashed(self) -> np.ndarray:
        """Numbers of the pictures that have a hash."""
        return np.flatnonzero(self.hashes.any(axis=1))

    @cached_property
    def names(self) -> np.ndarray:
        """[N] file names."""
        nothing = np.zeros(0, object)
        return np.concatenate([nothing, *(split.names for split in self.splits)])

    @cached_property
    def split_of(self) -> np.ndarray:
        """[N] which of the splits each picture is of."""
        return np.repeat(np.arange(len(self.splits)), np.array([*map(len, self.splits)], int))

    def unhashed_paths(self) -> dict[Path, list[int]]:
        """Path, links followed, to numbers, for the pictures without a hash."""
        found: dict[Path, list[int]] = {}
        for number in np.flatnonzero(~self.hashes.any(axis=1)).tolist():
            path = Path(self._split(number).folder, str(self.names[number])).resolve()
            found.setdefault(path, []).append(number)
        return found

    def picture(self, number: int) -> Picture:
        """The picture with this number."""
        split = self._split(number)
        return Picture(split.dataset, split.split, str(self.names[number]))

    def _split(self, number: int) -> HashedPictures:
        return self.splits[self.split_of[number]]
