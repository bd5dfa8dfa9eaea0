"""Every metric gives the truth 1, and poses that are nowhere near it 0."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from vitpose_plus.datasets.source import Metric
from vitpose_plus.evaluation.aic import evaluate_aic
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.score import SHOWN, score, score_results
from vitpose_plus.skeletons import SKELETONS

SETS = {
    "oks": "coco",
    "pckh": "mpii",
    "pck": "coco",
    "hand": "interhand",
    "wholebody": "coco_wholebody",
    "crowdpose": "crowdpose",
    "aic": "aic",
    "animals": "ap10k",
}
OF_RESULTS = ("oks", "wholebody", "crowdpose")


@pytest.fixture
def perfect(table_of):
    """Nine instances of a metric's data set, found where they are."""

    def make(metric: Metric):
        skeleton = SKELETONS[SETS[metric]]
        columns = {}
        if metric == "pckh":
            columns["head_size"] = [20.0] * 9
        if metric == "crowdpose":
            columns["crowd_index"] = [0.05, 0.4, 0.9] * 3
        if metric == "animals":
            columns["category"] = ["dog", "wolf", "cow"] * 3
        keypoints = np.random.default_rng(7).uniform(1, 99, (9, len(skeleton), 2))
        table = table_of(keypoints, **columns)
        sure = np.ones(table.keypoints.shape[:2])
        return Predictions(table, table.keypoints, sure, np.linspace(0.5, 1, 9)), skeleton

    return make


def test_every_metric_is_looked_at():
    assert set(SETS) == set(get_args(Metric))


@pytest.mark.parametrize("metric", SETS)
def test_the_truth_itself_scores_one(perfect, metric):
    predictions, skeleton = perfect(metric)
    figures = score(predictions, predictions.rows, skeleton, (metric,))
    expected = {name: 0.0 if name == "EPE" else 1.0 for name in SHOWN[metric]}
    assert {name: figures[name] for name in SHOWN[metric]} == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", SETS)
def test_poses_elsewhere_score_nothing(perfect, metric):
    predictions, skeleton = perfect(metric)
    elsewhere = replace(predictions, keypoints=predictions.keypoints + 5000)
    figures = score(elsewhere, predictions.rows, skeleton, (metric,))
    assert {figures[name] for name in SHOWN[metric] if name != "EPE"} == {0.0}
    if metric == "hand":
        assert figures["EPE"] == pytest.approx(5000 * 2**0.5)


@pytest.mark.parametrize("metric", OF_RESULTS)
def test_results_are_one_for_the_truth_and_nothing_for_no_pose(perfect, metric):
    predictions, skeleton = perfect(metric)
    results = predictions.results()
    for found, expected in ((results, 1.0), (none_of(results), 0.0)):
        figures = score_results(found, predictions.rows, skeleton, (metric,))
        assert [figures[name] for name in SHOWN[metric]] == pytest.approx(
            [expected] * len(SHOWN[metric])
        )


def test_aics_score_of_no_pose_is_nothing(perfect):
    predictions, skeleton = perfect("aic")
    figures = evaluate_aic(none_of(predictions.results()), skeleton, predictions.rows)
    assert figures["AIC_score"] == 0


def none_of(results: Results) -> Results:
    """No pose at all."""
    return Results(
        results.image_id[:0], results.keypoints[:0], results.scores[:0], results.score[:0]
    )
