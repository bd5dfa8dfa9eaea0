"""How near each predicted keypoint came, in its data set's own terms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.source import Metric
from vitpose_plus.evaluation.hand import keypoint_auc
from vitpose_plus.evaluation.pck import (
    counts_in_pckh,
    head_sizes,
    keypoint_errors,
    torso_lengths,
)
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True, eq=False)
class KeypointFigures:
    """One figure a keypoint, whose mean over an instance is that instance's figure.

    Attributes:
        name: what the instance's figure is called.
        unit: of the distances, in words.
        value: [N, K] in 0..1: its similarity (oks), 1 where it is near enough (pck), the share of
            thresholds that it is under (hand); nan where it is unlabelled or cannot be measured.
        distance: [N, K] from the truth, in `unit`; nan as above.
    """

    name: str
    unit: str
    value: np.ndarray
    distance: np.ndarray
    enough: float | None = None

    @property
    def of_instances(self) -> np.ndarray:
        """[N] means over the measured keypoints; nan where there is none."""
        measured = np.isfinite(self.value)
        count = measured.sum(axis=1)
        total = np.where(measured, self.value, 0.0).sum(axis=1)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def keypoint_similarity(
    predicted: np.ndarray, truth: np.ndarray, area: np.ndarray, sigmas: np.ndarray
) -> np.ndarray:
    """OKS before its mean: exp(-d^2 / (8 area sigma^2)) of each keypoint.

    Args:
        predicted: [..., K, 2] pixels.
        truth: [..., K, 2] pixels.
        area: [...] square pixels.
        sigmas: [K] fall-offs in units of the root of the area.

    Returns:
        [..., K] in 0..1.
    """
    squared = ((np.asarray(predicted, np.float64) - truth) ** 2).sum(axis=-1)
    # pycocotools' form: variance (2 sigma)^2, and the smallest step above 1 against no area.
    spread = 2 * (2 * np.asarray(sigmas)) ** 2 * (np.asarray(area)[..., None] + np.spacing(1))
    return np.exp(-squared / spread)


def measure_keypoints(
    predictions: Predictions, skeleton: Skeleton, metrics: Sequence[Metric]
) -> KeypointFigures:
    """Each keypoint's figure and distance by the first metric."""
    match metrics[0]:
        case "pckh":
            heads = head_sizes(predictions)
            counted = counts_in_pckh(skeleton)
            return _hits("PCKh@0.5", "head sizes", predictions, heads, 0.5, counted)
        case "pck":
            torsos = torso_lengths(predictions, skeleton)
            counted = np.ones(len(skeleton), bool)
            return _hits("PCK@0.2", "torso lengths", predictions, torsos, 0.2, counted)
        case "hand":
            return _areas_under_curves(predictions)
        case _:
            return _similarities(predictions, skeleton)


def _hits(
    name: str,
    unit: str,
    predictions: Predictions,
    lengths: np.ndarray,
    threshold: float,
    counted: np.ndarray,
) -> KeypointFigures:
    errors, labelled, _ = keypoint_errors(predictions, lengths)
    distance = np.where(labelled & counted, errors, np.nan)
    value = np.where(np.isfinite(distance), distance < threshold, np.nan)
    return KeypointFigures(name, unit, value, distance, threshold)


def _areas_under_curves(predictions: Predictions) -> KeypointFigures:
    errors, labelled, _ = keypoint_errors(predictions, np.ones(len(predictions)))
    distance = np.where(labelled, errors, np.nan)
    value = np.where(labelled, keypoint_auc(errors), np.nan)
    return KeypointFigures("AUC", "pixels", value, distance)


def _similarities(predictions: Predictions, skeleton: Skeleton) -> KeypointFigures:
    rows = predictions.rows
    labelled = rows.visibility > 0
    area = rows.column("area")
    similarity = keypoint_similarity(
        predictions.keypoints, rows.keypoints, area, np.array(skeleton.sigmas)
    )
    pixels = np.linalg.norm(predictions.keypoints.astype(np.float64) - rows.keypoints, axis=2)
    distance = pixels / np.sqrt(area + np.spacing(1))[:, None]
    return KeypointFigures(
        "OKS",
        "roots of the area",
        np.where(labelled, similarity, np.nan),
        np.where(labelled, distance, np.nan),
    )
