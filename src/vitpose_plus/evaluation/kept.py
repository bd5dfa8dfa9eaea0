"""Predictions of a split's rows as they are kept: COCO's results JSON, a row a record."""

from pathlib import Path

import numpy as np

from vitpose_plus.datasets.split import Split
from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results_json import read_results, write_results


def keep_predictions(predictions: Predictions, split: Split, folder: Path) -> Path:
    """Write a split's predictions to `<folder>/<data set>.json`, in the rows' order."""
    path = folder / f"{split.name}.json"
    write_results(path, predictions.results(), split.skeleton)
    return path


def kept_predictions(split: Split, folder: Path) -> Predictions:
    """Read what `keep_predictions` wrote for the same rows.

    Raises:
        PredictionError: it is broken, or of other rows.
    """
    path, rows = folder / f"{split.name}.json", split.trainable()
    found = read_results(path, split.skeleton, may_repeat=True)
    if found.image_id.astype(str).tolist() != rows.column("image_id").astype(str).tolist():
        raise PredictionError(
            f"{path}: its {len(found)} poses are not those of the {len(rows)} rows of {split.name} "
            "as it is now: evaluate the model again"
        )
    return Predictions(rows, found.keypoints, found.scores, np.ones(len(rows)))
