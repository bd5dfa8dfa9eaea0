"""AI Challenger's own score of human keypoints.

Protocol: AIChallenger/AI_Challenger_2017, keypoint_eval. Scores of poses have no say: a picture
counts max(people, poses) times, so that every pose too many costs. Only visible keypoints count,
not the hidden ones.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.average_precision import THRESHOLDS
from vitpose_plus.evaluation.comparison import compare, rows_of
from vitpose_plus.evaluation.poses import TruePoses
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.similarity import pairs_by_picture, similarities
from vitpose_plus.skeletons import Skeleton

VISIBLE = 2  # The table's code; 1 in the official files.


def evaluate_aic(
    found: Predictions | Results,
    skeleton: Skeleton,
    truth: AnnotationTable | None = None,
    *,
    pictures: Iterable[str] = (),
) -> dict[str, float]:
    """The share of people whose most similar pose is above a threshold, mean over ten.

    Args:
        found: poses; their scores do not matter.
        skeleton: AI Challenger's.
        truth: the whole split; without it, the predictions' own rows.
        pictures: ids of the split's pictures on which nobody stands.

    Returns:
        0..1: "AIC_score"; nan where there is neither truth nor pose.

    Raises:
        PredictionError: see `compare`.
    """
    rows = rows_of(found) if truth is None else truth
    comparison = compare(found, skeleton, rows, pictures=pictures)
    comparison = replace(comparison, truth=_as_aic(comparison.truth, rows))
    pairs = pairs_by_picture(comparison)
    # The one without a visible keypoint is never found.
    pairs = pairs.take(comparison.truth.measurable[pairs.true])
    best = np.zeros(len(comparison.truth))
    np.maximum.at(best, pairs.true, similarities(comparison, pairs))
    places = comparison.truth.picture, comparison.found.picture
    size = 1 + max(numbers.max(initial=-1) for numbers in places)
    count = np.maximum(*(np.bincount(numbers, minlength=size) for numbers in places)).sum()
    found_share = (best > THRESHOLDS[:, None]).sum(axis=1) / count if count else np.nan
    return {"AIC_score": float(np.mean(found_share))}


def _as_aic(truth: TruePoses, rows: AnnotationTable) -> TruePoses:
    box = (truth.bbox[:, 2] * truth.bbox[:, 3]).astype(np.float32)
    visible = (rows.visibility == VISIBLE).reshape(truth.labelled.shape)
    return replace(truth, labelled=visible, area=(box + np.float32(1)).astype(np.float64))
