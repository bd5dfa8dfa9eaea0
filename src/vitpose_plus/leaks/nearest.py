"""Of each picture, the nearest one in each split of the other side.

A set of N near-alike pictures on both sides has N x N pairs. To drop, count and show pictures,
each one's nearest is enough: what is kept grows with the pictures and the splits.
"""

import numpy as np

NUMBER_BITS = 40
NOTHING = np.iinfo(np.int64).max


class NearestInEachSplit:
    """Each of N pictures' nearest in each of S splits of other pictures.

    Of equally near ones the one that is alike as it is goes before a mirrored one, and the first
    before later ones: the order in which pairs are offered does not matter.
    """

    def __init__(self, count: int, split_of: np.ndarray):
        """Start with nothing near.

        Args:
            count: N.
            split_of: [M] which split each of the other pictures is of.
        """
        self._split_of = split_of
        self._splits = int(split_of.max(initial=-1)) + 1
        # Likeness above, number below: the least key is the nearest picture.
        self._keys = np.full(count * self._splits, NOTHING, np.int64)

    def offer(
        self, numbers: np.ndarray, others: np.ndarray, distance: np.ndarray, *, mirrored: bool
    ) -> None:
        """Take note of P pairs, [P] each; a pair may come again."""
        likeness = distance.astype(np.int64) * 2 + mirrored
        places = numbers * self._splits + self._split_of[others]
        np.minimum.at(self._keys, places, (likeness << NUMBER_BITS) | others)

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """[P] numbers, [P] others, and [P] likeness: twice the distance, one more if mirrored."""
        places = np.flatnonzero(self._keys != NOTHING)
        keys = self._keys[places]
        others = keys & ((1 << NUMBER_BITS) - 1)
        return places // max(self._splits, 1), others, keys >> NUMBER_BITS
