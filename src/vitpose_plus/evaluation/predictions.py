"""Predicted poses, one for a row of an annotation table."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.results import Results, not_finite

CONFIDENT = 0.2  # Official scoring: keypoints below this have no say in an instance's score.


@dataclass(frozen=True, eq=False)
class Predictions:
    """One predicted pose a row, made with that row's box.

    Attributes:
        rows: the N instances that were looked at.
        keypoints: [N, K, 2] pixels in the original picture, float32.
        scores: [N, K] a keypoint's confidence, its heatmap's peak.
        box_scores: [N] the detector's confidence; 1 for ground-truth boxes.

    Raises:
        ValueError: there are no rows, or the shapes are at odds.
        PredictionError: a keypoint or a score is no finite number.
    """

    rows: AnnotationTable
    keypoints: np.ndarray
    scores: np.ndarray
    box_scores: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.rows):
            raise ValueError("predictions: there are no rows")
        count, points = len(self.rows), self.rows.visibility.shape[-1]
        expected = {
            "keypoints": (count, points, 2),
            "scores": (count, points),
            "box_scores": (count,),
        }
        for name, shape in expected.items():
            if (found := getattr(self, name).shape) != shape:
                raise ValueError(f"predictions: {name} has shape {found}, the rows ask for {shape}")
        if len(broken := not_finite(self.keypoints, self.scores, self.box_scores)):
            raise PredictionError(
                f"{len(broken)} of {count} poses hold a keypoint or score that is no finite number,"
                f" first row {broken[0]} (instance "
                f"{self.rows.column('instance_id')[broken[0]]}): are the network's weights finite?"
            )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def instance_scores(self) -> np.ndarray:
        """[N] see `instance_scores`."""
        return instance_scores(self.scores, self.box_scores)

    def take(self, indices: np.ndarray) -> "Predictions":
        """The predictions at these indices, in this order."""
        return Predictions(
            self.rows.take(indices),
            self.keypoints[indices],
            self.scores[indices],
            self.box_scores[indices],
        )

    def results(self) -> Results:
        """The same poses, of no row: what a results file holds."""
        return Results(
            self.rows.column("image_id"),
            self.keypoints,
            self.scores,
            self.instance_scores,
            self.rows.bbox,
        )


def instance_scores(scores: np.ndarray, box_scores: np.ndarray) -> np.ndarray:
    """How sure poses are, by the official protocol: keypoints' and box's confidence together.

    Args:
        scores: [N, K] of the keypoints.
        box_scores: [N] of the boxes.

    Returns:
        [N] mean of the keypoint scores above 0.2 (0 where none is) x box score, float64.
    """
    confident = scores > CONFIDENT
    total = np.where(confident, scores, 0.0).sum(axis=1, dtype=np.float64)
    return total / np.maximum(confident.sum(axis=1), 1) * box_scores
