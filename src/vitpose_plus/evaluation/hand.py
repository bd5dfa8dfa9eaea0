"""Hands in a picture (InterHand2.6M): PCK in units of the box, AUC and EPE in pixels.

Protocol: mmpose's, which ViTPose+ reports by. PCK and AUC are means over the keypoints' own shares,
EPE is over all keypoints alike.
"""

import numpy as np

from vitpose_plus.evaluation.pck import keypoint_errors
from vitpose_plus.evaluation.predictions import Predictions

PCK_THRESHOLD = 0.2  # Of the box's longer side.
AUC_PIXELS = 30.0
AUC_STEPS = 20


def evaluate_hand(predictions: Predictions) -> dict[str, float]:
    """The three figures of hand sets: AUC, PCK and the mean end-point error.

    A keypoint found exactly counts at AUC's first threshold too, which is 0: a perfect prediction
    has 1. In mmpose it has 0.95; no other prediction differs.

    Returns:
        "PCK": share of labelled keypoints nearer than 0.2 times the box's longer side, 0..1.
        "AUC": mean share of labelled keypoints nearer than 0, 1.5, 3 .. 28.5 pixels, 0..1.
        "EPE": mean distance of labelled keypoints in pixels.
        All nan where nothing is labelled. "PCK_rows_left_out": how many boxes have no size.
    """
    in_boxes, of_boxes, left_out = keypoint_errors(predictions, longer_sides(predictions))
    pixels, labelled, _ = keypoint_errors(predictions, np.ones(len(predictions)))
    return {
        "AUC": _mean_over_keypoints(keypoint_auc(pixels), labelled),
        "PCK": _mean_over_keypoints(in_boxes < PCK_THRESHOLD, of_boxes),
        "EPE": float(pixels[labelled].mean()) if labelled.any() else float("nan"),
        "PCK_rows_left_out": float(left_out),
    }


def longer_sides(predictions: Predictions) -> np.ndarray:
    """[N] pixels: the longer side of each box."""
    return predictions.rows.bbox[:, 2:].max(axis=1)


def keypoint_auc(pixels: np.ndarray) -> np.ndarray:
    """[N, K] distances -> the share of the thresholds that each is under."""
    under = np.zeros(pixels.shape)
    for step in range(AUC_STEPS):
        under += pixels / AUC_PIXELS < step / AUC_STEPS
    return (under + (pixels == 0)) / AUC_STEPS


def _mean_over_keypoints(shares: np.ndarray, counted: np.ndarray) -> float:
    """[N, K] in 0..1 -> the mean of the labelled keypoints' own means; nan for none."""
    count = counted.sum(axis=0)
    total = np.where(counted, shares, 0.0).sum(axis=0)
    seen = count > 0
    return float((total[seen] / count[seen]).mean()) if seen.any() else float("nan")
