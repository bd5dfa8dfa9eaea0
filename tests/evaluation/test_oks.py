import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.oks import FIGURES, evaluate_oks, oks
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import SKELETONS

PAIRS = Path(__file__).resolve().parents[2] / "../shared/data/coco_metric_pair"
COCO = SKELETONS["coco"]
SIGMAS = np.array(COCO.sigmas)


def found(table, shift=0.0, score=1.0):
    """The table's own keypoints as predictions, moved by `shift` pixels."""
    shape = table.visibility.shape
    keypoints = table.keypoints + np.reshape(shift, (-1, 1, 1)).astype(np.float32)
    scores = np.broadcast_to(np.float32(1.0), shape)
    return Predictions(table, keypoints, scores, np.broadcast_to(score, shape[:1]))


def people(count, seed=0):
    return np.random.default_rng(seed).uniform(1, 99, (count, len(COCO), 2))


def read_pair(truth_file, results_file):
    """A COCO annotation file and a COCO results file -> truth table, predictions."""
    if not PAIRS.is_dir():
        pytest.skip("shared/data is not on this machine")
    annotations = json.loads((PAIRS / truth_file).read_text())["annotations"]
    results = json.loads((PAIRS / results_file).read_text())
    poses = np.array([r["keypoints"] for r in results], np.float32).reshape(len(results), -1, 3)
    rows = build_table("coco", "val", [instance(r, i) for i, r in enumerate(results)])
    # Keypoint scores of 1 leave an instance's score to the file.
    scores = np.ones(poses.shape[:2], np.float32)
    box_scores = np.array([r["score"] for r in results])
    truth = build_table("coco", "val", [instance(a, a["id"]) for a in annotations])
    return truth, Predictions(rows, poses[..., :2], scores, box_scores)


def instance(record, name):
    points = np.array(record["keypoints"]).reshape(-1, 3)
    return Instance(
        image_id=str(record["image_id"]),
        instance_id=str(name),
        file_name="",
        bbox=tuple(record.get("bbox", (0, 0, 1, 1))),
        keypoints=points[:, :2],
        visibility=points[:, 2] if "area" in record else np.ones(len(points)),
        source="",
        area=record.get("area", 1.0),
        is_crowd=bool(record.get("iscrowd", 0)),
        width=640,
        height=480,
    )


@pytest.mark.parametrize("backend", ["fast", "pycocotools"])
def test_mmposes_example_gives_the_published_figures(backend):
    truth, predictions = read_pair("example_coco_val.json", "example_coco_preds.json")
    figures = evaluate_oks(predictions, COCO, truth, backend=backend)
    published = {
        "AP": 0.86089,
        "AP50": 0.99315,
        "AP75": 0.91089,
        "AP_M": 0.77558,
        "AP_L": 0.93725,
        "AR": 0.875,
    }
    assert {name: figures[name] for name in published} == pytest.approx(published, abs=5e-6)


@pytest.mark.parametrize("backend", ["fast", "pycocotools"])
def test_faster_coco_evals_example_with_a_crowd_gives_the_published_ap(backend):
    truth, predictions = read_pair("kp_gt_dataset.json", "kp_dt_dataset.json")
    assert truth.column("is_crowd").any()
    figures = evaluate_oks(predictions, COCO, truth, backend=backend)
    assert figures["AP"] == pytest.approx(0.504884, abs=5e-7)


def test_both_backends_give_the_same_figures_for_real_predictions():
    for files in (
        ("example_coco_val.json", "example_coco_preds.json"),
        ("kp_gt_dataset.json", "kp_dt_dataset.json"),
    ):
        truth, predictions = read_pair(*files)
        ours = evaluate_oks(predictions, COCO, truth)
        reference = evaluate_oks(predictions, COCO, truth, backend="pycocotools")
        assert ours == pytest.approx(reference, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", sorted(SKELETONS))
def test_oks_is_that_of_pycocotools(name, table_of):
    from pycocotools.cocoeval import COCOeval

    skeleton, rng = SKELETONS[name], np.random.default_rng(3)
    count, points = 6, len(skeleton)
    keypoints = rng.uniform(1, 99, (count, points, 2))
    visibility = rng.integers(0, 3, (count, points))
    visibility[:, 0] = 1
    areas = rng.uniform(50, 9000, count)
    table = table_of(keypoints, visibility, area=areas)
    predicted = table.keypoints + rng.normal(0, 5, keypoints.shape).astype(np.float32)
    judge = COCOeval(iouType="keypoints")
    judge.params.kpt_oks_sigmas = np.array(skeleton.sigmas)
    for i in range(count):
        marked = np.column_stack([table.keypoints[i], visibility[i]])
        guess = np.column_stack([predicted[i], np.ones(points)])
        truth = {"keypoints": marked.ravel(), "bbox": [0, 0, 9, 9], "area": areas[i]}
        judge._gts = {(1, 1): [truth]}
        judge._dts = {(1, 1): [{"keypoints": guess.ravel(), "score": 1.0}]}
        ours = oks(predicted[i], table.keypoints[i], visibility[i], areas[i], skeleton.sigmas)
        assert ours == pytest.approx(judge.computeOks(1, 1)[0, 0], abs=1e-12)


@pytest.mark.parametrize("name", sorted(SKELETONS))
def test_average_recall_of_lone_instances_follows_from_their_oks(name, table_of):
    skeleton, rng = SKELETONS[name], np.random.default_rng(4)
    keypoints = rng.uniform(1, 99, (40, len(skeleton), 2))
    predictions = found(table_of(keypoints), np.linspace(0, 8, 40))
    table = predictions.rows
    similarity = oks(
        predictions.keypoints,
        table.keypoints,
        table.visibility,
        table.column("area"),
        skeleton.sigmas,
    )
    thresholds = np.linspace(0.5, 0.95, 10)
    expected = (similarity[:, None] >= thresholds).mean()
    assert 0.1 < expected < 0.9
    assert evaluate_oks(predictions, skeleton)["AR"] == pytest.approx(expected)


@given(st.floats(-30, 30), st.floats(0.2, 5), st.integers(0, 9))
def test_oks_does_not_change_when_the_picture_is_moved_or_resized(shift, scale, seed):
    truth, predicted = people(1, seed)[0], people(1, seed)[0] + people(1, seed + 10)[0] / 20
    seen = np.ones(len(COCO))
    here = oks(predicted, truth, seen, np.array(900.0), SIGMAS)
    there = oks(
        predicted * scale + shift, truth * scale + shift, seen, np.array(900.0) * scale**2, SIGMAS
    )
    assert there == pytest.approx(here, rel=1e-9)
    assert 0 < here < 1


def test_oks_works_on_any_leading_shape_and_is_nan_where_nothing_is_labelled():
    truth = people(6).reshape(2, 3, -1, 2)
    visibility = np.ones((2, 3, len(COCO)))
    visibility[1, 2] = 0
    result = oks(truth, truth, visibility, np.full((2, 3), 400.0), SIGMAS)
    assert np.isnan(result[1, 2])
    assert (result.ravel()[:5] == 1).all()


def test_perfect_predictions_score_one_and_say_nothing(table_of, capsys):
    figures = evaluate_oks(found(table_of(people(3))), COCO)
    assert tuple(figures) == FIGURES
    assert figures["AP"] == figures["AR"] == figures["AP_M"] == pytest.approx(1.0)
    assert capsys.readouterr().out == ""


def test_a_size_without_instances_is_nan(table_of):
    figures = evaluate_oks(found(table_of(people(3), area=[5000.0] * 3)), COCO)
    assert math.isnan(figures["AP_L"])
    assert math.isnan(figures["AR_L"])


def test_a_missed_instance_lowers_recall(table_of):
    truth = table_of(people(4))
    some = found(truth).take(np.arange(3))
    assert evaluate_oks(some, COCO, truth)["AR"] == pytest.approx(0.75)


def test_crowds_and_instances_without_keypoints_are_not_missed(table_of):
    visibility = np.full((4, len(COCO)), 2)
    visibility[1] = 0
    truth = table_of(people(4), visibility, is_crowd=[False, False, True, False])
    some = found(truth).take(np.flatnonzero(truth.trainable))
    figures = evaluate_oks(some, COCO, truth)
    assert len(some) == 2
    assert figures["AP"] == figures["AR"] == pytest.approx(1.0)


def test_species_count_as_one_category(table_of):
    count, animals = 4, SKELETONS["ap10k"]
    poses = people(count)
    species = table_of(poses, category=["lion", "cow", "lion", "fox"])
    shift, score = [0.0, 3.0, 9.0, 40.0], np.array([0.2, 0.9, 0.5, 0.7])
    figures = evaluate_oks(found(species, shift, score), animals)
    assert figures == pytest.approx(
        evaluate_oks(found(table_of(poses), shift, score), animals), nan_ok=True
    )
    assert 0 < figures["AP"] < 1


def test_a_sure_mistake_costs_more_than_an_unsure_one(table_of):
    truth = table_of(people(2), image_id=["a", "a"])
    unsure = evaluate_oks(found(truth, [0, 60], np.array([0.9, 0.1])), COCO)
    sure = evaluate_oks(found(truth, [0, 60], np.array([0.1, 0.9])), COCO)
    assert unsure["AR"] == sure["AR"] == pytest.approx(0.5)
    assert sure["AP"] < unsure["AP"]


def test_a_picture_of_another_split_is_an_error_that_names_it(table_of):
    with pytest.raises(PredictionError, match="'elsewhere'"):
        evaluate_oks(found(table_of(people(1), image_id=["elsewhere"])), COCO, table_of(people(1)))
