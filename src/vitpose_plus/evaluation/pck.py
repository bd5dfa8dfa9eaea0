"""Share of correct keypoints: PCKh in units of the head (MPII), PCK in units of the torso."""

import numpy as np

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import Skeleton

# MPII's tables leave these two out: they are interpolated rather than seen.
NOT_IN_THE_MEAN = frozenset({"pelvis", "thorax"})
GROUPS = {
    "Head": ("head_top",),
    "Shoulder": ("left_shoulder", "right_shoulder"),
    "Elbow": ("left_elbow", "right_elbow"),
    "Wrist": ("left_wrist", "right_wrist"),
    "Hip": ("left_hip", "right_hip"),
    "Knee": ("left_knee", "right_knee"),
    "Ankle": ("left_ankle", "right_ankle"),
}


def evaluate_pckh(predictions: Predictions, skeleton: Skeleton) -> dict[str, float]:
    """PCKh: the share of labelled keypoints nearer than t head sizes (strictly).

    Keypoints are pooled, which is HRNet's mean weighted by labelled joints; pelvis and thorax
    stay out of the mean. MPII's own script adds 1 to truth and prediction; distances do not care.

    Returns:
        0..1: "PCKh@0.5" and "PCKh@0.1", the means of MPII's tables, and their columns: at 0.5 the
        groups "Head", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle" that the skeleton has,
        the mean of left and right; at 0.1 "Head@0.1" and so on. nan where nothing is labelled.
        "PCKh_rows_left_out": how many instances have no head size.
    """
    error, labelled, left_out = keypoint_errors(predictions, head_sizes(predictions))
    in_mean = labelled & counts_in_pckh(skeleton)
    figures = {f"PCKh@{t}": _share(error < t, in_mean) for t in (0.5, 0.1)}
    for group, names in GROUPS.items():
        sides = [skeleton.index(name) for name in names if name in skeleton.keypoints]
        if sides:
            figures[group] = _mean_share(error[:, sides] < 0.5, labelled[:, sides])
            figures[f"{group}@0.1"] = _mean_share(error[:, sides] < 0.1, labelled[:, sides])
    return figures | {"PCKh_rows_left_out": float(left_out)}


def evaluate_pck(predictions: Predictions, skeleton: Skeleton) -> dict[str, float]:
    """PCK: the share of labelled keypoints nearer than t torso lengths (strictly), pooled.

    Returns:
        0..1: "PCK@0.2" and "PCK@0.1", nan where nothing is labelled.
        "PCK_rows_left_out": how many instances lack an end of the torso.

    Raises:
        ConfigurationError: the skeleton names no torso.
    """
    error, labelled, left_out = keypoint_errors(predictions, torso_lengths(predictions, skeleton))
    figures = {f"PCK@{t}": _share(error < t, labelled) for t in (0.2, 0.1)}
    return figures | {"PCK_rows_left_out": float(left_out)}


def counts_in_pckh(skeleton: Skeleton) -> np.ndarray:
    """[K] flags: all keypoints but pelvis and thorax."""
    return np.array([name not in NOT_IN_THE_MEAN for name in skeleton.keypoints])


def head_sizes(predictions: Predictions) -> np.ndarray:
    """[N] pixels, nan where the annotation has no head rectangle."""
    return predictions.rows.column("head_size").astype(np.float64)


def torso_lengths(predictions: Predictions, skeleton: Skeleton) -> np.ndarray:
    """[N] pixels between the true ends of the torso, nan where one is not labelled.

    Raises:
        ConfigurationError: the skeleton names no torso.
    """
    if skeleton.torso is None:
        raise ConfigurationError(
            f"skeleton {skeleton.name} names no torso, the unit of metric pck: "
            "name one, or take pck out of the data set's metrics"
        )
    ends = [skeleton.index(name) for name in skeleton.torso]
    rows = predictions.rows
    first, second = (rows.keypoints[:, end].astype(np.float64) for end in ends)
    both = (rows.visibility[:, ends] > 0).all(axis=1)
    return np.where(both, np.linalg.norm(first - second, axis=1), np.nan)


def keypoint_errors(
    predictions: Predictions, unit: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """Distances from the truth in an instance's own unit of length.

    Args:
        predictions: N poses of K keypoints.
        unit: [N] pixels; rows where it is nan or not above 0 are left out.

    Returns:
        errors [N, K] in units; flags [N, K]: labelled, in a row that counts; rows left out.
    """
    usable = unit > 0
    pixels = np.linalg.norm(
        predictions.keypoints.astype(np.float64) - predictions.rows.keypoints, axis=2
    )
    errors = pixels / np.where(usable, unit, 1.0)[:, None]
    labelled = (predictions.rows.visibility > 0) & usable[:, None]
    return errors, labelled, int((~usable).sum())


def _share(correct: np.ndarray, counted: np.ndarray) -> float:
    return float(correct[counted].mean()) if counted.any() else float("nan")


def _mean_share(correct: np.ndarray, counted: np.ndarray) -> float:
    """[N, K] flags -> the mean of the keypoints' own shares, of those that are labelled at all."""
    shares = [_share(c, n) for c, n in zip(correct.T, counted.T, strict=True) if n.any()]
    return float(np.mean(shares)) if shares else float("nan")
