"""Poses in the forms that AI Challenger's and MPII's own evaluations take."""

import json
from pathlib import Path

import numpy as np

from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.replacement import replacing_file


def write_aic_submission(path: Path, results: Results) -> None:
    """Write AI Challenger's JSON: {image_id, keypoint_annotations: {"human1": [x, y, v ..]}}.

    Pixels are whole numbers there, and every keypoint is called visible: its evaluation looks at
    the reference's flags alone, and at no score. Choose the poses to hand in before.

    Args:
        path: where to; replaced as a whole or not at all.
        results: M poses.
    """
    visible = np.ones((*results.scores.shape, 1))
    values = np.concatenate([results.keypoints.round(), visible], axis=2).astype(int)
    records = [
        {
            "image_id": str(results.image_id[rows[0]]),
            "keypoint_annotations": {
                f"human{number}": values[row].ravel().tolist()
                for number, row in enumerate(rows, start=1)
            },
        }
        for rows in results.by_picture()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part:
        part.write_text(json.dumps(records))


def write_mpii_submission(path: Path, predictions: Predictions) -> None:
    """Write MPII's `.mat`: `preds` [N, 16, 2] in the rows' order, counted from 1 as MATLAB does.

    Args:
        path: where to; replaced as a whole or not at all.
        predictions: poses of MPII's people, in the order of its list of rectangles.
    """
    from scipy.io import savemat

    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part:
        savemat(part, {"preds": predictions.keypoints.astype(np.float64) + 1})
