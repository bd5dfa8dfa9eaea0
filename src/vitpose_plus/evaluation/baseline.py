"""The mean pose: what a model that never looks at the picture would score."""

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.predictions import Predictions

BOX_CENTRE = 0.5


def mean_pose(table: AnnotationTable) -> np.ndarray:
    """Mean place of each keypoint in its instance's box, over labelled keypoints.

    Args:
        table: the training split; crowds and rows without keypoints are left aside.

    Returns:
        [K, 2] in widths and heights of the box, from its top left corner; a keypoint that is
        never labelled stands in the centre.
    """
    usable = table.trainable & (table.bbox[:, 2:] > 0).all(axis=1)
    boxes = table.bbox[usable][:, None]
    places = (table.keypoints[usable] - boxes[..., :2]) / boxes[..., 2:]
    labelled = (table.visibility[usable] > 0)[..., None]
    count = labelled.sum(axis=0)
    total = np.where(labelled, places, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), BOX_CENTRE)


def mean_pose_predictions(pose: np.ndarray, table: AnnotationTable) -> Predictions:
    """The mean pose [K, 2] laid into every row's box, with score 1."""
    boxes = table.bbox[:, None]
    keypoints = boxes[..., :2] + pose * boxes[..., 2:]
    return Predictions(
        rows=table,
        keypoints=keypoints.astype(np.float32),
        scores=np.ones(keypoints.shape[:2], np.float32),
        box_scores=np.ones(len(table), np.float32),
    )
