import numpy as np
import pytest

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.comparison import compare
from vitpose_plus.evaluation.poses import extent
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]


def points(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(1, 99, (count, len(COCO), 2)).astype(np.float32)


def results(ids, seed=0):
    keypoints = points(len(ids), seed)
    return Results(
        np.array(ids, object), keypoints, np.ones(keypoints.shape[:2]), np.ones(len(ids))
    )


def test_pictures_are_numbered_in_the_order_of_the_rows_and_then_as_named(table_of):
    truth = table_of(points(3), image_id=["b", "a", "b"])
    matter = compare(results(["z", "a", "b"]), COCO, truth, pictures=["z", "a"])
    assert matter.truth.picture.tolist() == [0, 1, 0]
    assert matter.found.picture.tolist() == [2, 1, 0]


def test_predictions_bring_their_own_truth(table_of):
    rows = table_of(points(3), is_crowd=[False, True, False])
    found = Predictions(rows, rows.keypoints + 1, np.ones(rows.visibility.shape), np.ones(3))
    matter = compare(found, COCO)
    assert matter.truth.ignored.tolist() == matter.truth.crowd.tolist() == [False, True, False]
    assert matter.found.picture.tolist() == [0, 1, 2]
    assert (matter.found.score == 1).all()


def test_results_bring_none(table_of):
    with pytest.raises(ValueError, match="give the table of their split"):
        compare(results(["a"]), COCO)


def test_who_has_no_labelled_keypoint_is_ignored(table_of):
    visibility = np.ones((2, len(COCO)))
    visibility[1] = 0
    matter = compare(results([]), COCO, table_of(points(2), visibility))
    assert matter.truth.ignored.tolist() == [False, True]
    assert len(matter.found) == 0


def test_nobody_at_all_can_be_compared(table_of):
    truth = table_of(points(2)).take(np.arange(0))
    matter = compare(results(["a"]), COCO, truth, pictures=["a"])
    assert matter.truth.keypoints.shape == (0, len(COCO), 2)
    assert matter.found.picture.tolist() == [0]


def test_a_comparison_of_some_pictures_has_their_instances_alone(table_of):
    truth = table_of(points(4), image_id=["a", "b", "a", "c"])
    part = compare(results(["c", "b", "a"]), COCO, truth).of_pictures(np.array([0, 2]))
    assert part.truth.picture.tolist() == [0, 0, 2]
    assert part.found.picture.tolist() == [2, 0]


def test_a_poses_area_is_that_around_its_keypoints():
    """As pycocotools' loadRes has it."""
    assert extent(np.array([[(3, 4), (1, 9), (2, 5)]], np.float32)).tolist() == [2.0 * 5]
    assert extent(np.zeros((0, 3, 2))).shape == (0,)


def test_an_unknown_picture_is_an_error_that_names_it(table_of):
    with pytest.raises(PredictionError, match=r"1 pictures .* first 'elsewhere'"):
        compare(results(["picture-0", "elsewhere"]), COCO, table_of(points(1)))
