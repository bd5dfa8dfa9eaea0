"""Pairs of pictures that look alike."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.leaks.hashed import Picture, Pile


@dataclass(frozen=True, slots=True)
class Leak:
    """A training picture and a held-out one that look alike.

    Attributes:
        training, held_out: the pictures.
        distance: bits of their hashes that differ.
        mirrored: they are nearest when one of them is mirrored.
    """

    training: Picture
    held_out: Picture
    distance: int
    mirrored: bool = False


@dataclass(frozen=True, eq=False)
class LeakPairs:
    """P pairs, ordered as the training pictures are given, then as the held-out ones.

    Each is the nearest pair of its training picture in a held-out split, or of its held-out
    picture in a training split: every picture that looks like one of another split is in a pair
    with that split, but not in each that could be made.

    Attributes:
        ours, theirs: the training and the held-out pictures.
        training, held_out: [P] numbers of pictures in those.
        distance: [P] bits that differ.
        mirrored: [P] bool, nearest when one of them is mirrored.
    """

    ours: Pile
    theirs: Pile
    training: np.ndarray
    held_out: np.ndarray
    distance: np.ndarray
    mirrored: np.ndarray

    def __len__(self) -> int:
        return len(self.training)

    def __getitem__(self, index: int) -> Leak:
        return Leak(
            self.ours.picture(int(self.training[index])),
            self.theirs.picture(int(self.held_out[index])),
            int(self.distance[index]),
            bool(self.mirrored[index]),
        )

    def by_splits(self) -> list[np.ndarray]:
        """Indices of the pairs of each training split with each held-out split, in that order."""
        ours, theirs = self.ours.split_of[self.training], self.theirs.split_of[self.held_out]
        keys = ours * len(self.theirs.splits) + theirs
        return [np.flatnonzero(keys == key) for key in np.unique(keys)]
