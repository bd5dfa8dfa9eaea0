"""True and found poses as columns of plain arrays."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class TruePoses:
    """Annotated instances.

    Attributes:
        picture: [G] number of the picture.
        keypoints: [G, K, 2] pixels.
        labelled: [G, K] flags.
        bbox: [G, 4] x, y, width, height in pixels.
        area: [G] square pixels.
        crowd: [G] flags: it may be found any number of times.
        ignored: [G] flags: whoever finds it neither gains nor loses.
    """

    picture: np.ndarray
    keypoints: np.ndarray
    labelled: np.ndarray
    bbox: np.ndarray
    area: np.ndarray
    crowd: np.ndarray
    ignored: np.ndarray

    def __len__(self) -> int:
        return len(self.picture)

    @cached_property
    def measurable(self) -> np.ndarray:
        """[G] flags: a keypoint is labelled."""
        return np.asarray(self.labelled.any(axis=1))

    @cached_property
    def planes(self) -> np.ndarray:
        """[2, K, G] the keypoints' x and y."""
        return planes_of(self.keypoints)

    def take(self, indices: np.ndarray) -> "TruePoses":
        """The instances at these indices (or flags), in this order."""
        return replace(self, **{f.name: getattr(self, f.name)[indices] for f in fields(self)})

    def of_keypoints(self, chosen: slice) -> "TruePoses":
        """With some of the keypoints alone; who has none of them labelled is ignored."""
        labelled = self.labelled[:, chosen]
        ignored = self.ignored | ~labelled.any(axis=1)
        return replace(
            self, keypoints=self.keypoints[:, chosen], labelled=labelled, ignored=ignored
        )


@dataclass(frozen=True, eq=False)
class FoundPoses:
    """Found instances.

    Attributes:
        picture: [M] number of the picture.
        keypoints: [M, K, 2] pixels.
        score: [M] float64.
        area: [M] square pixels.
    """

    picture: np.ndarray
    keypoints: np.ndarray
    score: np.ndarray
    area: np.ndarray

    def __len__(self) -> int:
        return len(self.picture)

    @cached_property
    def planes(self) -> np.ndarray:
        """[2, K, M] the keypoints' x and y."""
        return planes_of(self.keypoints)

    def take(self, indices: np.ndarray) -> "FoundPoses":
        """The instances at these indices (or flags), in this order."""
        return replace(self, **{f.name: getattr(self, f.name)[indices] for f in fields(self)})


def extent(keypoints: np.ndarray) -> np.ndarray:
    """[M, K, 2] pixels -> [M] square pixels of the rectangle around all keypoints, float64."""
    planes = planes_of(keypoints)
    low, high = planes.min(axis=1), planes.max(axis=1)
    width, height = np.subtract(high, low, dtype=np.float64)
    return width * height


def planes_of(keypoints: np.ndarray) -> np.ndarray:
    """[N, K, 2] -> [2, K, N], contiguous: numpy is slow along short last axes."""
    return np.ascontiguousarray(keypoints.transpose(2, 1, 0))


def in_planes(keypoints: np.ndarray) -> np.ndarray:
    """The same [N, K, 2], laid out in memory so that its planes are no copy."""
    return planes_of(keypoints).transpose(2, 1, 0)
