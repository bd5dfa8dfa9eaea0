import math

import numpy as np
import pytest

from vitpose_plus.evaluation.hand import evaluate_hand
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.score import instance_figures
from vitpose_plus.skeletons import SKELETONS

HAND = SKELETONS["interhand"]
POINTS = 21


@pytest.fixture
def hands(table_of):
    rng = np.random.default_rng(3)
    count = 40
    visibility = rng.integers(0, 2, (count, POINTS))
    visibility[:, 5] = 0  # A joint that is labelled nowhere.
    boxes = [(*rng.uniform(0, 50, 2), *rng.uniform(30, 120, 2)) for _ in range(count)]
    table = table_of(rng.uniform(0, 100, (count, POINTS, 2)), visibility, bbox=boxes)
    keypoints = table.keypoints + rng.normal(0, 12, table.keypoints.shape).astype(np.float32)
    return Predictions(table, keypoints, np.ones((count, POINTS)), np.ones(count))


def shares_by_hand(predictions, is_right):
    """The mean over joints of the share of right ones, as one would count it with a pencil."""
    table, shares = predictions.rows, []
    for k in range(POINTS):
        seen = [i for i in range(len(table)) if table.visibility[i, k]]
        distances = {i: math.dist(predictions.keypoints[i, k], table.keypoints[i, k]) for i in seen}
        if seen:
            shares.append(sum(is_right(i, distances[i]) for i in seen) / len(seen))
    return sum(shares) / len(shares)


def test_the_figures_are_what_counting_by_hand_gives(hands):
    figures = evaluate_hand(hands)
    sides = [max(box[2:]) for box in hands.rows.bbox]
    pck = shares_by_hand(hands, lambda i, distance: distance / sides[i] < 0.2)
    curve = [shares_by_hand(hands, lambda _, d, t=t: d / 30 < t / 20) for t in range(20)]
    assert figures["PCK"] == pytest.approx(pck, abs=1e-12)
    assert figures["AUC"] == pytest.approx(sum(curve) / 20, abs=1e-12)
    labelled = hands.rows.visibility > 0
    pairs = zip(hands.keypoints[labelled], hands.rows.keypoints[labelled], strict=True)
    assert figures["EPE"] == pytest.approx(np.mean([math.dist(*pair) for pair in pairs]))
    assert figures["PCK_rows_left_out"] == 0
    assert 0.2 < figures["AUC"] < figures["PCK"] < 0.95


def test_a_perfect_prediction_scores_1_without_error(table_of):
    table = table_of(np.random.default_rng(0).uniform(0, 100, (3, POINTS, 2)))
    perfect = Predictions(table, table.keypoints, np.ones((3, POINTS)), np.ones(3))
    figures = evaluate_hand(perfect)
    assert (figures["PCK"], figures["AUC"], figures["EPE"]) == (1.0, 1.0, 0.0)
    assert instance_figures(perfect, HAND, ("hand",)).tolist() == [1.0] * 3


def test_a_hopeless_prediction_scores_0(table_of):
    table = table_of(np.zeros((3, POINTS, 2)))
    far = Predictions(table, table.keypoints + 1000, np.ones((3, POINTS)), np.ones(3))
    figures = evaluate_hand(far)
    assert (figures["PCK"], figures["AUC"]) == (0.0, 0.0)


def test_where_nothing_is_labelled_nothing_is_measured(table_of):
    table = table_of(np.zeros((2, POINTS, 2)), np.zeros((2, POINTS)))
    figures = evaluate_hand(Predictions(table, table.keypoints, np.ones((2, POINTS)), np.ones(2)))
    assert all(math.isnan(figures[name]) for name in ("PCK", "AUC", "EPE"))


def test_a_box_without_size_is_left_out_of_pck_alone_and_counted(table_of):
    table = table_of(np.zeros((2, POINTS, 2)), bbox=[(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 50.0, 9.0)])
    moved = table.keypoints.copy()
    moved[0, :, 0] = 1000
    figures = evaluate_hand(Predictions(table, moved, np.ones((2, POINTS)), np.ones(2)))
    assert figures["PCK"] == 1.0
    assert figures["PCK_rows_left_out"] == 1.0
    assert figures["AUC"] == 0.5
    assert figures["EPE"] == 500.0


def test_an_instances_auc_counts_its_own_labelled_keypoints(table_of):
    visibility = np.zeros((2, POINTS))
    visibility[0, :2] = 2
    table = table_of(np.zeros((2, POINTS, 2)), visibility)
    moved = table.keypoints.copy()
    moved[0, 0, 0] = 14.9  # Under 15 pixels, the 11th threshold, and the nine above.
    moved[0, 1, 0] = 500
    poses = Predictions(table, moved, np.ones((2, POINTS)), np.ones(2))
    found = instance_figures(poses, HAND, ("hand",))
    assert found[0] == pytest.approx(10 / 20 / 2)
    assert math.isnan(found[1])
