import math
from dataclasses import replace

import numpy as np
import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.pck import evaluate_pck, evaluate_pckh
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import SKELETONS

MPII, COCO = SKELETONS["mpii"], SKELETONS["coco"]


def predict(table, offset):
    """The truth moved to the right by `offset` [N, K] pixels."""
    moved = table.keypoints.copy()
    moved[..., 0] += offset
    return Predictions(table, moved, np.ones(moved.shape[:2]), np.ones(len(table)))


@pytest.fixture
def mpii(table_of):
    rng = np.random.default_rng(5)
    count, points = 30, len(MPII)
    visibility = rng.integers(0, 2, (count, points))
    table = table_of(
        rng.uniform(0, 200, (count, points, 2)), visibility, head_size=rng.uniform(10, 60, count)
    )
    return predict(table, rng.exponential(15, (count, points)))


def count_by_hand(predictions, threshold, names):
    """PCKh as one would count it with a pencil."""
    table, right, all_of_them = predictions.rows, 0, 0
    for i, head in enumerate(table.column("head_size")):
        for k, name in enumerate(MPII.keypoints):
            if name in names and table.visibility[i, k]:
                distance = math.dist(predictions.keypoints[i, k], table.keypoints[i, k])
                right += distance < threshold * head
                all_of_them += 1
    return right / all_of_them


def test_pckh_is_what_counting_by_hand_gives(mpii):
    figures = evaluate_pckh(mpii, MPII)
    in_mean = set(MPII.keypoints) - {"pelvis", "thorax"}
    assert figures["PCKh@0.5"] == pytest.approx(count_by_hand(mpii, 0.5, in_mean))
    assert figures["PCKh@0.1"] == pytest.approx(count_by_hand(mpii, 0.1, in_mean))
    assert figures["Head"] == pytest.approx(count_by_hand(mpii, 0.5, {"head_top"}))
    assert figures["Head@0.1"] == pytest.approx(count_by_hand(mpii, 0.1, {"head_top"}))
    for group in ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle"):
        names = [f"{side}_{group.lower()}" for side in ("left", "right")]
        for figure, threshold in ((group, 0.5), (f"{group}@0.1", 0.1)):
            sides = [count_by_hand(mpii, threshold, {name}) for name in names]
            assert figures[figure] == pytest.approx(sum(sides) / 2)
    assert 0.05 < figures["PCKh@0.1"] < figures["PCKh@0.5"] < 0.95


def test_pckh_mean_is_hrnets_mean_weighted_by_labelled_joints(mpii):
    errors = np.linalg.norm(mpii.keypoints - mpii.rows.keypoints, axis=2)
    correct = errors / mpii.rows.column("head_size")[:, None] < 0.5
    counts = (mpii.rows.visibility > 0).sum(axis=0).astype(float)
    per_joint = (correct & (mpii.rows.visibility > 0)).sum(axis=0) / counts
    counts[6:8] = 0  # Pelvis and thorax, by MPII's own numbers.
    weighted = (per_joint * counts / counts.sum()).sum()
    assert evaluate_pckh(mpii, MPII)["PCKh@0.5"] == pytest.approx(weighted)


def test_an_error_of_exactly_half_a_head_is_wrong(table_of):
    table = table_of(np.zeros((2, len(MPII), 2)), head_size=[10.0, 10.0])
    offset = np.full((2, len(MPII)), 5.0)
    offset[1] = np.nextafter(np.float32(5), np.float32(0))
    figures = evaluate_pckh(predict(table, offset), MPII)
    assert figures["PCKh@0.5"] == figures["Head"] == figures["Wrist"] == 0.5


def test_pelvis_and_thorax_have_no_say_in_the_mean(table_of):
    table = table_of(np.zeros((1, len(MPII), 2)), head_size=[10.0])
    offset = np.zeros((1, len(MPII)))
    offset[0, [MPII.index("pelvis"), MPII.index("thorax")]] = 1000
    assert evaluate_pckh(predict(table, offset), MPII)["PCKh@0.5"] == 1.0


def test_people_without_a_head_size_are_left_out_and_counted(table_of):
    table = table_of(np.zeros((3, len(MPII), 2)), head_size=[10.0, None, 0.0])
    offset = np.zeros((3, len(MPII)))
    offset[1:] = 1000
    figures = evaluate_pckh(predict(table, offset), MPII)
    assert figures["PCKh@0.5"] == 1.0
    assert figures["PCKh_rows_left_out"] == 2.0


def test_a_table_without_any_head_size_gives_nan(table_of):
    figures = evaluate_pckh(predict(table_of(np.zeros((2, len(MPII), 2))), 0), MPII)
    assert math.isnan(figures["PCKh@0.5"])
    assert figures["PCKh_rows_left_out"] == 2.0


def test_pck_is_measured_in_torso_lengths(table_of):
    keypoints = np.zeros((2, len(COCO), 2))
    keypoints[:, COCO.index("right_hip")] = (30, 40)
    visibility = np.full((2, len(COCO)), 2)
    visibility[1, COCO.index("left_shoulder")] = 0
    offset = np.zeros((2, len(COCO)))
    offset[0, :5] = (4.9, 5.1, 9.9, 10.1, 10.0)  # The torso is 50 pixels long.
    offset[1] = 1000
    figures = evaluate_pck(predict(table_of(keypoints, visibility), offset), COCO)
    assert figures["PCK@0.2"] == pytest.approx(15 / 17)
    assert figures["PCK@0.1"] == pytest.approx(13 / 17)
    assert figures["PCK_rows_left_out"] == 1.0


def test_a_skeleton_without_a_torso_cannot_be_scored_by_pck(table_of):
    table = table_of(np.zeros((1, len(COCO), 2)))
    with pytest.raises(ConfigurationError, match="names no torso"):
        evaluate_pck(predict(table, 0), replace(COCO, torso=None))
