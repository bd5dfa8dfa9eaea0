import numpy as np
import pytest

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.aic import evaluate_aic
from vitpose_plus.evaluation.checks import check_complete
from vitpose_plus.evaluation.crowdpose import evaluate_crowdpose
from vitpose_plus.evaluation.oks import evaluate_oks
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.wholebody import evaluate_wholebody
from vitpose_plus.skeletons import SKELETONS

METRICS = [
    pytest.param(evaluate_oks, "coco", id="oks"),
    pytest.param(evaluate_wholebody, "coco_wholebody", id="wholebody"),
    pytest.param(evaluate_crowdpose, "crowdpose", id="crowdpose"),
    pytest.param(evaluate_aic, "aic", id="aic"),
]


@pytest.fixture
def poses_of(table_of):
    """A table of a skeleton, and poses that are its keypoints."""

    def build(name, count=3, **columns):
        shape = count, len(SKELETONS[name]), 2
        truth = table_of(np.random.default_rng(0).uniform(1, 99, shape), **columns)
        return Predictions(truth, truth.keypoints, np.ones(shape[:2]), np.ones(count))

    return build


@pytest.mark.parametrize(("evaluate", "name"), METRICS)
def test_perfect_poses_score_one(evaluate, name, poses_of):
    figures = evaluate(poses_of(name, crowd_index=[0.1, 0.5, 0.9]), SKELETONS[name])
    measured = {n: v for n, v in figures.items() if not n.endswith("_L")}
    assert measured == pytest.approx(dict.fromkeys(measured, 1.0), abs=1e-12)


@pytest.mark.parametrize(("evaluate", "name"), METRICS)
def test_no_pose_at_all_scores_nought(evaluate, name, poses_of):
    poses = poses_of(name, crowd_index=[0.1, 0.5, 0.9])
    nothing = poses.results().take(np.arange(0))
    figures = evaluate(nothing, SKELETONS[name], poses.rows)
    assert {v for n, v in figures.items() if not n.endswith("_L")} == {0.0}


@pytest.mark.parametrize(("evaluate", "name"), METRICS)
def test_a_picture_of_another_split_is_an_error(evaluate, name, poses_of, table_of):
    poses = poses_of(name)
    truth = table_of(poses.rows.keypoints[:2])
    with pytest.raises(PredictionError, match=r"1 pictures .*'picture-2'.*their own split"):
        evaluate(poses, SKELETONS[name], truth)
    evaluate(poses, SKELETONS[name], truth, pictures=["picture-2"])


@pytest.mark.parametrize(("evaluate", "name"), METRICS)
def test_a_row_that_was_predicted_twice_is_an_error(evaluate, name, poses_of):
    poses = poses_of(name)
    with pytest.raises(PredictionError, match=r"1 instances .* 'instance-1'"):
        evaluate(poses.take(np.array([0, 1, 1])), SKELETONS[name], poses.rows)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("column", ["keypoints", "scores", "score"])
def test_what_is_no_finite_number_is_an_error(poses_of, column, value):
    results = poses_of("coco").results()
    columns = vars(results) | {column: getattr(results, column).astype(np.float64)}
    columns[column][1] = value
    with pytest.raises(PredictionError, match="picture-1"):
        evaluate_oks(Results(**columns), SKELETONS["coco"], poses_of("coco").rows)


def test_another_number_of_keypoints_is_an_error(poses_of):
    coco, crowd = poses_of("coco"), poses_of("crowdpose")
    with pytest.raises(PredictionError, match=r"results have 17 keypoints.*'crowdpose' has 14"):
        evaluate_oks(coco.results(), SKELETONS["crowdpose"], crowd.rows)
    with pytest.raises(PredictionError, match=r"ground truth has 14 keypoints.*'coco' has 17"):
        evaluate_oks(coco.results(), SKELETONS["coco"], crowd.rows)


def test_an_instance_that_was_not_predicted_is_named(poses_of):
    poses = poses_of("coco", is_crowd=[False, False, True])
    check_complete(poses.take(np.arange(2)), poses.rows)
    with pytest.raises(PredictionError, match=r"1 of 2 instances .* 'instance-0'"):
        check_complete(poses.take(np.array([1])), poses.rows)
