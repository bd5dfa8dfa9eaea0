"""Object keypoint similarity, and the average precision and recall that COCO draws from it."""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.average_precision import average_precision
from vitpose_plus.evaluation.coco_reference import reference_precision
from vitpose_plus.evaluation.comparison import compare
from vitpose_plus.evaluation.keypoint_figures import keypoint_similarity
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import Skeleton

Backend = Literal["fast", "pycocotools"]

# COCOeval's ten figures for keypoints, in its order. All but AP50, AP75, AR50 and AR75 are means
# over the OKS thresholds 0.50, 0.55 .. 0.95; M is an area of 32^2 to 96^2 pixels, L above.
FIGURES = ("AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L")


def oks(
    predicted: np.ndarray,
    truth: np.ndarray,
    visibility: np.ndarray,
    area: np.ndarray,
    sigmas: np.ndarray,
) -> np.ndarray:
    """Object keypoint similarity: mean over labelled keypoints of exp(-d^2 / (8 area sigma^2)).

    Args:
        predicted: [..., K, 2] pixels.
        truth: [..., K, 2] pixels.
        visibility: [..., K], 0 where unlabelled.
        area: [...] square pixels.
        sigmas: [K] fall-offs in units of the root of the area.

    Returns:
        [...] in 0..1; nan where no keypoint is labelled.
    """
    labelled = np.asarray(visibility) > 0
    each = keypoint_similarity(predicted, truth, area, sigmas)
    similarity = np.where(labelled, each, 0.0).sum(axis=-1)
    count = labelled.sum(axis=-1)
    return np.where(count > 0, similarity / np.maximum(count, 1), np.nan)


def evaluate_oks(
    found: Predictions | Results,
    skeleton: Skeleton,
    truth: AnnotationTable | None = None,
    *,
    pictures: Iterable[str] = (),
    backend: Backend = "fast",
) -> dict[str, float]:
    """COCO's average precision and recall, all categories as one.

    At most 20 poses a picture count, the surest first, as COCO has it. Crowds and instances
    without a labelled keypoint are in the ground truth, but ignored: whoever finds one neither
    gains nor loses.

    Args:
        found: poses with their scores; ties keep their order.
        skeleton: gives the sigmas.
        truth: the whole split, where the predictions cover only its trainable rows;
            without it, the predictions' own rows.
        pictures: ids of the split's pictures on which nobody stands; poses there are mistakes.
        backend: our own evaluator, or the reference, which gives the same figures slowly.

    Returns:
        The ten `FIGURES`, 0..1. A size without any instance is nan: log finite figures only.

    Raises:
        PredictionError: see `compare`.
        ValueError: results without a truth.
    """
    comparison = compare(found, skeleton, truth, pictures=pictures)
    judge = average_precision if backend == "fast" else reference_precision
    return judge(comparison).figures()
