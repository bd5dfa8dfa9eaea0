"""COCO-WholeBody: average precision of body, feet, face, hands and all 133 keypoints.

Protocol: jin-s13/COCO-WholeBody, evaluation. Every part is evaluated for itself with its own
sigmas, but with the person's score and area; a person of whom a part is not labelled is ignored
there, and a pose that is sure of no keypoint of a part does not take part.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.average_precision import average_precision
from vitpose_plus.evaluation.comparison import Comparison, as_results, compare
from vitpose_plus.evaluation.poses import extent
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.skeletons.coco_wholebody import KEYPOINTS, PARTS

FIGURE_OF_PART = {
    "body": "body",
    "feet": "foot",
    "face": "face",
    "left_hand": "left_hand",
    "right_hand": "right_hand",
}
"""What the published tables call the skeleton's parts."""


def evaluate_wholebody(
    found: Predictions | Results,
    skeleton: Skeleton,
    truth: AnnotationTable | None = None,
    *,
    pictures: Iterable[str] = (),
) -> dict[str, float]:
    """COCO's ten figures of the whole, then AP and AR of the parts.

    Args:
        found: poses with their scores.
        skeleton: COCO-WholeBody's.
        truth: the whole split; without it, the predictions' own rows.
        pictures: ids of the split's pictures on which nobody stands.

    Returns:
        0..1: "AP", "AP50" .. "AR_L" of all keypoints; "AP_body", "AR_body", and so for "foot",
        "face", "left_hand", "right_hand"; "AP_hand" and "AR_hand", the mean of those hands that
        are labelled. nan where a part is labelled nowhere.

    Raises:
        ConfigurationError: the skeleton is another.
        PredictionError: see `compare`.
    """
    if skeleton.keypoints != KEYPOINTS:
        raise ConfigurationError(
            f"skeleton {skeleton.name!r} has not COCO-WholeBody's 133 keypoints in their order: "
            "take metric wholebody out of the data set's metrics, or set its skeleton"
        )
    whole = compare(found, skeleton, truth, pictures=pictures)
    scores = as_results(found).scores
    # The evaluator's boxes of poses stand around the 17 body keypoints, whatever the part.
    body_area = extent(whole.found.keypoints[:, _place("body")])
    whole = replace(whole, found=replace(whole.found, area=body_area))
    figures = average_precision(_confident(whole, scores)).figures()
    for part, name in FIGURE_OF_PART.items():
        place = _place(part)
        curves = average_precision(_confident(_of_keypoints(whole, place), scores[:, place]))
        figures |= {f"{kind}_{name}": curves.figures()[kind] for kind in ("AP", "AR")}
    for kind in ("AP", "AR"):
        hands = [figures[f"{kind}_{side}_hand"] for side in ("left", "right")]
        labelled = [value for value in hands if not np.isnan(value)]
        figures[f"{kind}_hand"] = float(np.mean(labelled)) if labelled else float("nan")
    return figures


def _place(part: str) -> slice:
    start = KEYPOINTS.index(PARTS[part][0])
    return slice(start, start + len(PARTS[part]))


def _of_keypoints(whole: Comparison, place: slice) -> Comparison:
    return Comparison(
        whole.truth.of_keypoints(place),
        replace(whole.found, keypoints=whole.found.keypoints[:, place]),
        whole.sigmas[place],
    )


def _confident(comparison: Comparison, scores: np.ndarray) -> Comparison:
    """Without the poses whose scores [M, K] are all 0."""
    return replace(
        comparison, found=comparison.found.take(np.flatnonzero((scores > 0).any(axis=1)))
    )
