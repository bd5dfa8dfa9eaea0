"""One task of one model, keypoint by keypoint."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.evaluation.breakdown import Breakdown, KeypointRow, break_down, by_keypoint
from vitpose_plus.evaluation.keypoint_figures import KeypointFigures, measure_keypoints
from vitpose_plus.evaluation.significance import PictureFigures
from vitpose_plus.evaluation.taxonomy import count_kinds, diagnose
from vitpose_plus.evaluation_pages.evaluated import TaskEvaluation
from vitpose_plus.inference.keypoint_groups import keypoint_groups


@dataclass(frozen=True)
class KeypointLine:
    """One keypoint, or a group of fine ones: its figures and how many are of each kind."""

    row: KeypointRow
    kinds: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class MeasuredTask:
    """What both pages draw from.

    Attributes:
        evaluation: the poses and figures.
        figures: of every keypoint.
        kinds: [N, K] of every keypoint, as `diagnose` gives them.
        by_picture: the figures that the bootstrap draws pictures from.
    """

    evaluation: TaskEvaluation
    figures: KeypointFigures
    kinds: np.ndarray
    by_picture: PictureFigures

    @property
    def kind_counts(self) -> tuple[int, ...]:
        """Labelled keypoints of each kind."""
        return tuple(count_kinds(self.kinds).sum(axis=0).tolist())

    @property
    def pictures(self) -> int:
        """How many the split has."""
        return len(np.unique(self.evaluation.split.table.column("image_id").astype(str)))

    def lines(self) -> tuple[KeypointLine, ...]:
        """A line a keypoint, in the skeleton's order; fine ones together."""
        groups = keypoint_groups(self.evaluation.split.skeleton)
        counts = count_kinds(self.kinds)
        return tuple(
            KeypointLine(row, tuple(counts[chosen].sum(axis=0).tolist()))
            for row, (_, chosen) in zip(by_keypoint(self.figures, groups), groups, strict=True)
        )

    def breakdowns(self) -> tuple[Breakdown, ...]:
        """By size, occlusion and so on."""
        rows, truth = self.evaluation.predictions.rows, self.evaluation.split.table
        return tuple(break_down(rows, truth, self.figures))


def measure_task(evaluation: TaskEvaluation) -> MeasuredTask:
    """Measure every keypoint and tell what kind of mistake it is."""
    split, poses = evaluation.split, evaluation.predictions
    return MeasuredTask(
        evaluation,
        measure_keypoints(poses, split.skeleton, split.metrics),
        diagnose(poses, split.skeleton),
        evaluation.by_picture(),
    )
