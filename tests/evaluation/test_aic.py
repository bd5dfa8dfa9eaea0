import json
import math
from pathlib import Path

import numpy as np
import pytest

from vitpose_plus.datasets.readers.aic import read_aic
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import build_table
from vitpose_plus.evaluation.aic import evaluate_aic
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import SKELETONS

OFFICIAL = Path(__file__).resolve().parents[2] / "../shared/data/aic_official"
AIC = SKELETONS["aic"]
COUNT = len(AIC)


def by_loops(people, poses):
    """The official score of {picture: [(box, points, seen)]} and {picture: [points]}."""
    similarities, count = [], 0
    for picture, here in people.items():
        found = poses.get(picture, [])
        count += max(len(here), len(found))
        for (width, height), points, seen in here:
            scale = np.float32(width * height) + 1
            best = 0.0
            for pose in found:
                squares = ((points - pose)[seen] ** 2).sum(axis=1)
                falloff = np.exp(-squares / 2 / (2 * np.array(AIC.sigmas)[seen]) ** 2 / scale)
                best = max(best, falloff.mean() if seen.any() else 0.0)
            similarities.append(best)
    return np.mean([(np.array(similarities) > t).sum() / count for t in np.linspace(0.5, 0.95, 10)])


@pytest.fixture
def split(table_of):
    """30 people on 10 pictures; one of them shows no visible keypoint; the last is empty."""
    rng = np.random.default_rng(8)
    points = rng.uniform(1, 99, (30, COUNT, 2)).astype(np.float32)
    visibility = rng.integers(0, 3, (30, COUNT))
    visibility[3] = 1
    picture = [str(p) for p in rng.integers(0, 9, 30)]
    sides = rng.uniform(40, 300, (30, 2))
    bbox = [(0.0, 0.0, *pair) for pair in sides.tolist()]
    return table_of(points, visibility, image_id=picture, bbox=bbox)


def test_the_score_is_that_of_loops(split):
    rng = np.random.default_rng(9)
    whose = rng.integers(0, 30, 40)
    noise = rng.normal(0, 1, (40, COUNT, 2)) * rng.choice([0, 1, 4], (40, 1, 1))
    poses = (split.keypoints[whose] + noise).astype(np.float32)
    ids = split.column("image_id")[whose].copy()
    ids[:3] = "empty"
    figures = evaluate_aic(
        Results(ids, poses, np.ones((40, COUNT)), rng.random(40)), AIC, split, pictures=["empty"]
    )
    people, found = {"empty": []}, {}
    for i, name in enumerate(split.column("image_id")):
        person = split.bbox[i, 2:], split.keypoints[i].astype(float), split.visibility[i] == 2
        people.setdefault(name, []).append(person)
    for name, pose in zip(ids, poses.astype(float), strict=True):
        found.setdefault(name, []).append(pose)
    assert figures["AIC_score"] == pytest.approx(by_loops(people, found), abs=1e-12)
    assert 0.1 < figures["AIC_score"] < 0.9


def test_scores_of_poses_have_no_say(split):
    poses = Results(
        split.column("image_id"), split.keypoints + 2, np.ones((30, COUNT)), np.linspace(0, 1, 30)
    )
    other = Results(poses.image_id, poses.keypoints, poses.scores, poses.score[::-1])
    assert evaluate_aic(poses, AIC, split) == evaluate_aic(other, AIC, split)


def test_nobody_and_nothing_is_nan(split):
    nothing = Results(
        np.zeros(0, object), np.zeros((0, COUNT, 2)), np.zeros((0, COUNT)), np.zeros(0)
    )
    assert math.isnan(evaluate_aic(nothing, AIC, split.take(np.arange(0)))["AIC_score"])


def test_the_official_example_gets_its_official_score():
    if not OFFICIAL.is_dir():
        pytest.skip("shared/data is not on this machine")
    annotations = OFFICIAL / "keypoint_annotations_example.json"
    source = SplitSource(annotations=annotations, images=OFFICIAL)
    truth = build_table("aic", "val", read_aic(source, AIC).instances)
    records = json.loads((OFFICIAL / "keypoint_predictions_example.json").read_text())
    known = set(truth.column("image_id"))
    poses = [
        (record["image_id"], pose)
        for record in records
        if record["image_id"] in known  # The official script passes over three strangers.
        for pose in record["keypoint_annotations"].values()
    ]
    keypoints = np.array([pose for _, pose in poses], float).reshape(-1, COUNT, 3)[..., :2]
    ids = np.array([name for name, _ in poses], object)
    found = Results(ids, keypoints, np.ones(keypoints.shape[:2]), np.ones(len(ids)))
    assert evaluate_aic(found, AIC, truth)["AIC_score"] == pytest.approx(0.99674, abs=5e-6)
