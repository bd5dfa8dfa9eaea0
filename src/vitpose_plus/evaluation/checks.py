"""What must hold before poses are scored; each breach is told in words."""

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import Skeleton


def check_pictures(results: Results, known: np.ndarray) -> None:
    """Every pose stands on a picture of the split.

    Args:
        results: M poses.
        known: [M] their pictures' numbers, negative where the split has no such picture.

    Raises:
        PredictionError: names the first picture that the split has not.
    """
    strangers = sorted(set(results.image_id[known < 0].tolist()))
    if strangers:
        raise PredictionError(
            f"{len(strangers)} pictures of the results are not in the ground truth, first "
            f"{strangers[0]!r}: score results against the table of their own split, and name "
            "its pictures without anybody"
        )


def check_keypoint_count(results: Results, truth: AnnotationTable, skeleton: Skeleton) -> None:
    """Results, truth and skeleton have as many keypoints.

    Raises:
        PredictionError: they have not.
    """
    counts = {"the results have": results.keypoints.shape[1]}
    if len(truth):
        counts["the ground truth has"] = truth.visibility.shape[1]
    for who, count in counts.items():
        if count != len(skeleton):
            raise PredictionError(
                f"{who} {count} keypoints, skeleton {skeleton.name!r} has {len(skeleton)}: "
                "score with the skeleton of the data set"
            )


def check_rows(rows: AnnotationTable) -> None:
    """No instance was predicted twice.

    Raises:
        PredictionError: names the first that was.
    """
    names, counts = np.unique(rows.column("instance_id").astype(str), return_counts=True)
    if len(twice := names[counts > 1]):
        raise PredictionError(
            f"{len(twice)} instances were predicted more than once, first {str(twice[0])!r}: "
            "keep one pose an instance"
        )


def check_complete(predictions: Predictions, truth: AnnotationTable) -> None:
    """Every instance that can be scored was predicted.

    Raises:
        PredictionError: names the first that was not.
    """
    wanted = truth.column("instance_id")[truth.trainable].astype(str)
    missing = wanted[~np.isin(wanted, predictions.rows.column("instance_id").astype(str))]
    if len(missing):
        raise PredictionError(
            f"{len(missing)} of {len(wanted)} instances were not predicted, first "
            f"{str(missing[0])!r}: predict every trainable row of the split"
        )
