"""A data set's figures in the form that the bootstrap draws pictures from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from vitpose_plus.datasets.source import Metric
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.comparison import compare, picture_names, picture_numbers
from vitpose_plus.evaluation.crowdpose import as_crowdpose
from vitpose_plus.evaluation.drawn_precision import drawn_precision
from vitpose_plus.evaluation.hand import PCK_THRESHOLD, longer_sides
from vitpose_plus.evaluation.keypoint_figures import measure_keypoints
from vitpose_plus.evaluation.pck import GROUPS, keypoint_errors
from vitpose_plus.evaluation.pooled import Pool, PooledFigures, pool, pool_by_keypoint
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.significance import PictureFigures
from vitpose_plus.skeletons import Skeleton


def picture_figures(
    predictions: Predictions,
    truth: AnnotationTable,
    skeleton: Skeleton,
    metrics: Sequence[Metric],
) -> PictureFigures:
    """The first metric's figures, under the names that scoring gives them.

    Args:
        predictions: poses of the split's trainable rows.
        truth: the whole split; its pictures, in the order of the rows, are what is drawn, or its
            videos where it knows them: neighbouring frames are no new evidence.
        skeleton: the data set's keypoints.
        metrics: the data set's.
    """
    names = picture_names(truth)
    unit = drawn_with(truth, names)
    if metrics[0] == "oks":
        comparison = compare(predictions, skeleton, truth)
        if "crowdpose" in metrics:  # whose figures take the place of COCO's
            comparison = replace(comparison, truth=as_crowdpose(comparison.truth, skeleton))
        return drawn_precision(comparison, unit)
    of_row = unit[picture_numbers(predictions.rows.column("image_id"), names)]
    units = int(unit.max(initial=-1)) + 1
    if metrics[0] == "hand":
        pools = _hand(predictions, skeleton, of_row, units)
    else:
        near = _near(predictions, skeleton, metrics)
        pools = {
            name: (pool if name.startswith("PCK") else pool_by_keypoint)(value, of_row, units)
            for name, value in near.items()
        }
    return PooledFigures(tuple(pools), tuple(pools.values()), units)


def drawn_with(truth: AnnotationTable, names: pa.Array) -> np.ndarray:
    """[P] the unit that each picture is drawn with: itself, or all frames of its video.

    Args:
        truth: the whole split.
        names: the pictures' ids by number.
    """
    videos = truth.column("video_id")
    pictures = picture_numbers(truth.column("image_id"), names)
    if any(video is None for video in videos):
        return np.arange(len(names))
    _, number = np.unique(videos.astype(str), return_inverse=True)
    unit = np.zeros(len(names), dtype=int)
    unit[pictures] = number
    return unit


def _near(
    predictions: Predictions, skeleton: Skeleton, metrics: Sequence[Metric]
) -> dict[str, np.ndarray]:
    """Of PCK and PCKh: [N, K] 1 for a keypoint that is near enough, nan for one left out."""
    distance = measure_keypoints(predictions, skeleton, metrics).distance
    if metrics[0] == "pck":
        return {f"PCK@{t}": _nearer(distance, t) for t in (0.2, 0.1)}
    figures = {f"PCKh@{t}": _nearer(distance, t) for t in (0.5, 0.1)}
    for group, members in GROUPS.items():
        of_group = np.isin(skeleton.keypoints, members)
        if of_group.any():
            figures[group] = _nearer(distance[:, of_group], 0.5)
            figures[f"{group}@0.1"] = _nearer(distance[:, of_group], 0.1)
    return figures


def _hand(
    predictions: Predictions, skeleton: Skeleton, unit: np.ndarray, units: int
) -> dict[str, Pool]:
    figures = measure_keypoints(predictions, skeleton, ("hand",))
    errors, labelled, _ = keypoint_errors(predictions, longer_sides(predictions))
    in_boxes = _nearer(np.where(labelled, errors, np.nan), PCK_THRESHOLD)
    return {
        "AUC": pool_by_keypoint(figures.value, unit, units),
        "PCK": pool_by_keypoint(in_boxes, unit, units),
        "EPE": pool(figures.distance, unit, units),
    }


def _nearer(distance: np.ndarray, threshold: float) -> np.ndarray:
    return np.where(np.isfinite(distance), distance < threshold, np.nan)
