import numpy as np
import pytest

from vitpose_plus.evaluation.baseline import mean_pose, mean_pose_predictions


def test_mean_pose_is_the_mean_place_in_the_box(table_of):
    keypoints = [[(10, 20), (0, 0)], [(120, 160), (110, 130)]]
    visibility = [[2, 0], [1, 2]]
    boxes = [(0, 0, 40, 80), (100, 100, 80, 120)]
    pose = mean_pose(table_of(keypoints, visibility, bbox=boxes))
    assert pose == pytest.approx(np.array([[0.25, 0.375], [0.125, 0.25]]))


def test_a_keypoint_that_is_never_labelled_stands_in_the_centre(table_of):
    pose = mean_pose(table_of([[(10, 20), (0, 0)]], [[2, 0]]))
    assert pose.tolist() == [[0.1, 0.2], [0.5, 0.5]]


def test_crowds_do_not_shift_the_mean(table_of):
    table = table_of([[(10, 20)], [(90, 90)]], is_crowd=[False, True])
    assert mean_pose(table) == pytest.approx(np.array([[0.1, 0.2]]))


def test_the_mean_pose_of_one_instance_laid_into_its_own_box_is_that_instance(table_of):
    rng = np.random.default_rng(0)
    table = table_of(rng.uniform(20, 200, (1, 17, 2)), bbox=[(15.0, 5.0, 190.0, 240.0)])
    predictions = mean_pose_predictions(mean_pose(table), table)
    np.testing.assert_allclose(predictions.keypoints, table.keypoints, rtol=1e-5)
    assert predictions.keypoints.dtype == np.float32
    assert predictions.instance_scores.tolist() == [1.0]
