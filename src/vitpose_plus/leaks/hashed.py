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

    def __getitem__(self, index: int) -> Picture:
        return Picture(self.dataset, self.split, str(self.names[index]))


@dataclass(frozen=True, eq=False)
class Pile:
    """The pictures of several splits, numbered through."""

    splits: Sequence[HashedPictures]

    @cached_property
    def hashes(self) -> np.ndarray:
        """[N, HASH_BYTES]."""
        nothing = np.zeros((0, HASH_BYTES), np.uint8)
        return np.concatenate([nothing, *(split.hashes for split in self.splits)])

    @cached_property
    def hashed(self) -> np.ndarray:
        """Numbers of the pictures that have a hash."""
        return np.flatnonzero(self.hashes.any(axis=1))

    def unhashed_paths(self) -> dict[Path, list[int]]:
        """Path to numbers, for the pictures without a hash."""
        found: dict[Path, list[int]] = {}
        for number in np.flatnonzero(~self.hashes.any(axis=1)).tolist():
            split, index = self._place(number)
            path = Path(split.folder, str(split.names[index])).absolute()
            found.setdefault(path, []).append(number)
        return found

    def picture(self, number: int) -> Picture:
        """The picture with this number."""
        split, index = self._place(number)
        return split[index]

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.cumsum([len(split) for split in self.splits])

    def _place(self, number: int) -> tuple[HashedPictures, int]:
        which = int(np.searchsorted(self._ends, number, side="right"))
        split = self.splits[which]
        return split, number - int(self._ends[which]) + len(split)
