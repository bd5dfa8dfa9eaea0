"""A data set's figures by its own metrics."""

from collections.abc import Sequence

import numpy as np

from vitpose_plus.datasets.source import Metric
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.oks import evaluate_oks, oks
from vitpose_plus.evaluation.pck import (
    counts_in_pckh,
    evaluate_pck,
    evaluate_pckh,
    head_sizes,
    keypoint_errors,
    torso_lengths,
)
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import Skeleton

MAIN_FIGURE: dict[Metric, str] = {"oks": "AP", "pckh": "PCKh@0.5", "pck": "PCK@0.2"}


def main_figure(metrics: Sequence[Metric]) -> str:
    """The name of the figure that a data set is known by: its first metric's."""
    return MAIN_FIGURE[metrics[0]]


def score(
    predictions: Predictions,
    truth: AnnotationTable,
    skeleton: Skeleton,
    metrics: Sequence[Metric],
) -> dict[str, float]:
    """Figures of all the metrics, by name.

    Args:
        predictions: poses of the split's trainable rows.
        truth: the whole split: OKS needs the crowds too.
        skeleton: the data set's keypoints.
        metrics: what to compute.

    Returns:
        Shares 0..1, and counts of rows left out; nan where there is nothing to measure.
    """
    figures: dict[str, float] = {}
    for metric in metrics:
        match metric:
            case "oks":
                figures |= evaluate_oks(predictions, skeleton, truth)
            case "pckh":
                figures |= evaluate_pckh(predictions, skeleton)
            case "pck":
                figures |= evaluate_pck(predictions, skeleton)
    return figures


def instance_figures(
    predictions: Predictions, skeleton: Skeleton, metrics: Sequence[Metric]
) -> np.ndarray:
    """One figure an instance by the first metric, to rank pictures by.

    Returns:
        [N] in 0..1: its OKS, or its share of labelled keypoints within 0.5 head sizes (pckh) or
        0.2 torso lengths (pck); nan where the instance cannot be measured.
    """
    if metrics[0] == "oks":
        rows = predictions.rows
        return oks(
            predictions.keypoints,
            rows.keypoints,
            rows.visibility,
            rows.column("area"),
            np.array(skeleton.sigmas),
        )
    if metrics[0] == "pckh":
        errors, labelled, _ = keypoint_errors(predictions, head_sizes(predictions))
        return _shares(errors < 0.5, labelled & counts_in_pckh(skeleton))
    errors, labelled, _ = keypoint_errors(predictions, torso_lengths(predictions, skeleton))
    return _shares(errors < 0.2, labelled)


def _shares(correct: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """[N, K] flags -> [N] the share of counted keypoints that are correct, nan for none."""
    count = counted.sum(axis=1)
    return np.where(count > 0, (correct & counted).sum(axis=1) / np.maximum(count, 1), np.nan)
