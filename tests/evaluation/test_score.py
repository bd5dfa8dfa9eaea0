import numpy as np
import pytest

from vitpose_plus.datasets.source import MEASURES_KEYPOINTS
from vitpose_plus.evaluation.oks import FIGURES, evaluate_oks
from vitpose_plus.evaluation.pck import evaluate_pck, evaluate_pckh
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.score import instance_figures, main_figure, score
from vitpose_plus.skeletons import SKELETONS

MPII = SKELETONS["mpii"]


@pytest.fixture
def predictions(table_of):
    rng = np.random.default_rng(1)
    table = table_of(rng.uniform(0, 100, (8, len(MPII), 2)), head_size=[20.0] * 7 + [None])
    keypoints = table.keypoints + rng.normal(0, 6, table.keypoints.shape).astype(np.float32)
    return Predictions(table, keypoints, np.ones(keypoints.shape[:2]), rng.uniform(0.5, 1, 8))


def test_score_holds_the_figures_of_every_metric(predictions):
    merged = score(predictions, predictions.rows, MPII, ("pckh", "oks", "pck"))
    parts = (evaluate_pckh, evaluate_oks, evaluate_pck)
    expected = {k: v for part in parts for k, v in part(predictions, MPII).items()}
    assert merged == pytest.approx(expected, nan_ok=True)


def test_score_computes_nothing_that_is_not_asked_for(predictions):
    assert set(score(predictions, predictions.rows, MPII, ("oks",))) == set(FIGURES)


def test_every_metrics_main_figure_is_among_its_figures(predictions):
    for metric in MEASURES_KEYPOINTS:
        assert main_figure((metric,)) in score(predictions, predictions.rows, MPII, (metric,))


def test_the_first_metric_gives_the_main_figure():
    assert main_figure(("pckh", "oks")) == "PCKh@0.5"


@pytest.mark.parametrize("metric", sorted(MEASURES_KEYPOINTS))
def test_instance_figures_are_one_for_the_truth_and_less_for_a_worse_pose(predictions, metric):
    rows = predictions.rows
    perfect = Predictions(rows, rows.keypoints, predictions.scores, predictions.box_scores)
    best = instance_figures(perfect, MPII, (metric,))
    ours = instance_figures(predictions, MPII, (metric,))
    measured = np.isfinite(best)
    assert measured[:7].all()
    assert (best[measured] == 1).all()
    assert (ours[measured] <= best[measured]).all()
    assert ours[measured].mean() < 0.95


def test_an_instance_without_a_head_size_has_no_pckh_of_its_own(predictions):
    assert np.isnan(instance_figures(predictions, MPII, ("pckh",))[7])


def test_an_instances_pckh_is_its_share_of_joints_within_half_a_head(predictions):
    errors = np.linalg.norm(predictions.keypoints - predictions.rows.keypoints, axis=2)[:7]
    expected = np.delete(errors < 10, [6, 7], axis=1).mean(axis=1)  # No pelvis, no thorax.
    assert instance_figures(predictions, MPII, ("pckh",))[:7] == pytest.approx(expected)


def test_an_instances_pck_is_its_share_of_joints_within_a_fifth_of_the_torso(predictions):
    rows = predictions.rows
    shoulder, hip = MPII.index("left_shoulder"), MPII.index("right_hip")
    torso = np.linalg.norm(rows.keypoints[:, shoulder] - rows.keypoints[:, hip], axis=1)
    errors = np.linalg.norm(predictions.keypoints - rows.keypoints, axis=2)
    expected = (errors < 0.2 * torso[:, None]).mean(axis=1)
    assert instance_figures(predictions, MPII, ("pck",)) == pytest.approx(expected)
