"""Poses found in pictures, belonging to no row of a table."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.errors import PredictionError


@dataclass(frozen=True, eq=False)
class Results:
    """Poses found in a split's pictures, belonging to no row.

    It is what a detections file leads to, and what COCO's results JSON holds.

    Attributes:
        image_id: [M] the table's ids, text.
        keypoints: [M, K, 2] pixels in the original picture.
        scores: [M, K] a keypoint's confidence.
        score: [M] an instance's confidence, float64.
        boxes: [M, 4] x, y, width, height that the poses were found with, where known.

    Raises:
        ValueError: the shapes are at odds.
        PredictionError: a keypoint or a score is no finite number.
    """

    image_id: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray
    score: np.ndarray
    boxes: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.keypoints.ndim != 3 or self.keypoints.shape[2] != 2:
            raise ValueError(f"results: keypoints should be [M, K, 2], are {self.keypoints.shape}")
        count, points, _ = self.keypoints.shape
        expected = {"image_id": (count,), "scores": (count, points), "score": (count,)}
        if self.boxes is not None:
            expected["boxes"] = (count, 4)
        for name, shape in expected.items():
            if (found := getattr(self, name).shape) != shape:
                raise ValueError(f"results: {name} has shape {found}, the keypoints ask {shape}")
        if len(broken := not_finite(self.keypoints, self.scores, self.score)):
            raise PredictionError(
                f"{len(broken)} of {count} results hold a keypoint or score that is no finite "
                f"number, first result {broken[0]} (picture {self.image_id[broken[0]]}): "
                "mend what predicted them"
            )

    def __len__(self) -> int:
        return len(self.keypoints)

    def take(self, indices: np.ndarray) -> "Results":
        """The results at these indices (or flags), in this order."""
        return Results(
            self.image_id[indices],
            self.keypoints[indices],
            self.scores[indices],
            self.score[indices],
            None if self.boxes is None else self.boxes[indices],
        )

    def by_picture(self) -> list[np.ndarray]:
        """The indices of each picture's results in their order, pictures sorted by id."""
        _, picture = np.unique(self.image_id, return_inverse=True)
        order = np.argsort(picture, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(picture[order])) + 1) if len(self) else []


def not_finite(*arrays: np.ndarray) -> np.ndarray:
    """The indices along the first axis where one of the arrays [M, ...] holds NaN or infinity."""
    finite = [np.isfinite(a).all(axis=tuple(range(1, a.ndim))) for a in arrays]
    return np.flatnonzero(~np.all(finite, axis=0))
