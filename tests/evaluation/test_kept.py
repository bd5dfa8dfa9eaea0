from dataclasses import replace

import numpy as np
import pytest

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.kept import keep_predictions, kept_predictions
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.score import score


@pytest.fixture
def split(make_split):
    return make_split("coco")


@pytest.fixture
def predictions(split):
    rows = split.trainable()
    rng = np.random.default_rng(0)
    keypoints = rows.keypoints + rng.normal(0, 2, rows.keypoints.shape).astype(np.float32)
    keypoints[1] = keypoints[0]  # as of a person who is annotated twice
    scores = rng.uniform(0.1, 1, keypoints.shape[:2])
    scores[1] = scores[0]
    return Predictions(rows, keypoints, scores, np.ones(len(rows)))


def test_what_is_kept_scores_as_before(split, predictions, tmp_path):
    path = keep_predictions(predictions, split, tmp_path)
    assert path == tmp_path / "coco.json"
    again = kept_predictions(split, tmp_path)
    np.testing.assert_allclose(again.keypoints, predictions.keypoints, atol=6e-4)
    figures = [score(p, split.table, split.skeleton, ("oks",)) for p in (predictions, again)]
    assert figures[1] == pytest.approx(figures[0], abs=1e-3, nan_ok=True)


def test_poses_of_other_rows_are_refused(split, predictions, tmp_path):
    keep_predictions(predictions, split, tmp_path)
    fewer = replace(split, table=split.trainable().take(range(len(predictions) - 1)))
    with pytest.raises(PredictionError, match=r"coco\.json.*evaluate the model again"):
        kept_predictions(fewer, tmp_path)
