"""CrowdPose: average precision, and that of pictures by how crowded they are.

Protocol: Jeff-sjtu/CrowdPose, crowdposetools. It differs from COCO's: an instance's area is a
share of its box, head and neck alone make no instance, there are no sizes, and pictures are easy
below a crowd index of 0.2, hard from 0.8 on.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from vitpose_plus.datasets.readers.coco import AREA_OF_BOX
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.average_precision import ALL, average_precision
from vitpose_plus.evaluation.comparison import Comparison, compare, rows_of
from vitpose_plus.evaluation.poses import TruePoses
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import Skeleton

LEVELS = {"easy": (-np.inf, 0.2), "medium": (0.2, 0.8), "hard": (0.8, np.inf)}
"""Crowd indices, the upper end left out. (The paper divides at 0.1; every evaluator at 0.2.)"""
NOT_COUNTED = frozenset({"head_top", "neck"})
"""What the files' `num_keypoints`, which decides who is ignored, leaves out: seen in them."""


def evaluate_crowdpose(
    found: Predictions | Results,
    skeleton: Skeleton,
    truth: AnnotationTable | None = None,
    *,
    pictures: Iterable[str] = (),
) -> dict[str, float]:
    """AP, AP50, AP75, AR, AR50, AR75, AP_easy, AP_medium, AP_hard.

    Args:
        found: poses with their scores.
        skeleton: CrowdPose's.
        truth: the whole split; without it, the predictions' own rows.
        pictures: ids of the split's pictures on which nobody stands.

    Returns:
        0..1. nan where no picture is as crowded; the evaluators print -1. A picture without a
        crowd index is neither easy, medium nor hard.

    Raises:
        PredictionError: see `compare`.
    """
    rows = rows_of(found) if truth is None else truth
    comparison = compare(found, skeleton, rows, pictures=pictures)
    comparison = replace(comparison, truth=as_crowdpose(comparison.truth, skeleton))
    figures = average_precision(comparison, (ALL,)).figures()
    index = rows.column("crowd_index").astype(np.float64)
    for level, (least, end) in LEVELS.items():
        members = comparison.truth.picture[(index >= least) & (index < end)]
        figures[f"AP_{level}"] = _precision(comparison.of_pictures(members))
    return figures


def _precision(comparison: Comparison) -> float:
    return average_precision(comparison, (ALL,)).figures()["AP"]


def as_crowdpose(truth: TruePoses, skeleton: Skeleton) -> TruePoses:
    """The true poses with CrowdPose's areas, and ignored where its protocol ignores them."""
    counting = np.array([name not in NOT_COUNTED for name in skeleton.keypoints])
    return replace(
        truth,
        area=truth.bbox[:, 3] * truth.bbox[:, 2] * AREA_OF_BOX,
        ignored=truth.crowd | ~truth.labelled[:, counting].any(axis=1),
    )
