"""What each training sample looks at, before a pixel is read."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.trainable_rows import TrainableRows
from vitpose_plus.geometry import (
    Augmentation,
    View,
    random_jitter,
    random_view,
    transform_points,
    udp_affine,
)


class Sighting(NamedTuple):
    """One sample's labels.

    Attributes:
        keypoints: [K, 2] in input pixels, K the largest set's; zeros beyond the sample's own.
        visibility: [K] 0 unlabelled, 1 hidden, 2 visible.
        task: index of the data set.
        row: index among the data set's trainable rows.
        matrix: [2, 3] from picture pixels to input pixels.
    """

    keypoints: np.ndarray
    visibility: np.ndarray
    task: int
    row: int
    matrix: np.ndarray


class InstanceViews:
    """The trainable instances of several splits, one after another.

    Augmentation draws from a generator of (seed, epoch, index), so that a sample is the same
    whichever worker makes it. Ask for `views[epoch, index]`.
    """

    def __init__(
        self,
        splits: Sequence[Split],
        input_size: tuple[int, int],
        augmentation: Augmentation | None = None,
        seed: int = 0,
    ) -> None:
        self.input_size = input_size
        self.seed = seed
        self.rows = [TrainableRows(split) for split in splits]
        self._ends = np.cumsum([len(rows) for rows in self.rows])
        self._most_keypoints = max(len(split.skeleton) for split in splits)
        self._augmentations = [
            augmentation and augmentation.for_set(split.augmentation) for split in splits
        ]
        self._jitter = [self._draw_jitter(task) for task in range(len(splits))]

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, key: tuple[int, int]) -> Sighting:
        epoch, index = key
        task = int(np.searchsorted(self._ends, index, side="right"))
        rows = self.rows[task]
        row = index - int(self._ends[task]) + len(rows)
        augmentation, jitter = self._augmentations[task], self._jitter[task][row]
        if augmentation is None:
            return self._label(rows.view(row, self.input_size, jitter), task, row)
        rng = np.random.default_rng((self.seed, epoch, index))
        if augmentation.jitter_each_pass:
            jitter = random_jitter(rng, 1, augmentation.centre_jitter)[0]
        view = rows.view(row, self.input_size, jitter)
        return self._label(random_view(rng, augmentation, view, rows.body(row)), task, row)

    def _draw_jitter(self, task: int) -> np.ndarray:
        """[N, 2] once for all epochs, from a generator that no sample's is (the spawn key)."""
        augmentation = self._augmentations[task]
        chance = augmentation.centre_jitter if augmentation is not None else 0.0
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(task,)))
        return random_jitter(rng, len(self.rows[task]), chance)

    def _label(self, view: View, task: int, row: int) -> Sighting:
        rows = self.rows[task]
        matrix = udp_affine(view, self.input_size)
        points, visibility = transform_points(rows.keypoints[row], matrix), rows.visibility[row]
        if view.flip:
            points, visibility = points[rows.flip_index], visibility[rows.flip_index]
        keypoints = np.zeros((self._most_keypoints, 2), np.float32)
        padded = np.zeros(self._most_keypoints, np.uint8)
        keypoints[: len(points)], padded[: len(points)] = points, visibility
        return Sighting(keypoints, padded, task, row, matrix)
