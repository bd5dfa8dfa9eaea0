from dataclasses import replace

import numpy as np
import pytest

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.predictions import Predictions


@pytest.fixture
def predictions(table_of):
    scores = np.array([[0.9, 0.5, 0.1], [0.1, 0.2, 0.0]], np.float32)
    keypoints = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    return Predictions(table_of(keypoints), keypoints, scores, np.array([0.5, 1.0]))


def test_an_instances_score_is_the_mean_of_its_confident_keypoints_times_the_boxs(predictions):
    assert predictions.instance_scores == pytest.approx([(0.9 + 0.5) / 2 * 0.5, 0.0])


def test_taking_rows_keeps_poses_with_their_instances(predictions):
    taken = predictions.take(np.array([1]))
    assert taken.rows.column("instance_id").tolist() == ["instance-1"]
    assert (taken.keypoints == predictions.keypoints[1:]).all()
    assert taken.box_scores.tolist() == [1.0]


@pytest.mark.parametrize("field", ["keypoints", "scores", "box_scores"])
def test_arrays_that_do_not_fit_the_rows_are_refused(predictions, field):
    arrays = {name: getattr(predictions, name) for name in ("keypoints", "scores", "box_scores")}
    arrays[field] = arrays[field][:1]
    with pytest.raises(ValueError, match=f"{field} has shape"):
        Predictions(predictions.rows, **arrays)


def test_predictions_of_nothing_are_refused(predictions):
    with pytest.raises(ValueError, match="no rows"):
        predictions.take(np.array([], dtype=int))


def test_as_results_they_belong_to_pictures_instead_of_rows(predictions):
    found = predictions.results()
    assert found.image_id.tolist() == ["picture-0", "picture-1"]
    assert found.keypoints is predictions.keypoints
    assert found.score == pytest.approx([0.35, 0.0])
    assert found.boxes.tolist() == [[0, 0, 100, 100]] * 2


@pytest.mark.parametrize("field", ["keypoints", "scores", "box_scores"])
def test_a_value_that_is_no_finite_number_is_told_with_its_instance(predictions, field):
    broken = getattr(predictions, field).copy()
    broken[1] = np.nan
    with pytest.raises(PredictionError, match=r"1 of 2 poses .* \(instance instance-1\)"):
        replace(predictions, **{field: broken})
