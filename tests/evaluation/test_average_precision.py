from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.evaluation.average_precision import (
    ALL,
    COCO_SIZES,
    MOST_A_PICTURE,
    RECALLS,
    THRESHOLDS,
    average_precision,
)
from vitpose_plus.evaluation.coco_reference import reference_precision
from vitpose_plus.evaluation.comparison import Comparison
from vitpose_plus.evaluation.poses import FoundPoses, TruePoses, extent
from vitpose_plus.skeletons import SKELETONS

SIGMAS = np.array(SKELETONS["coco"].sigmas)
COUNT = len(SIGMAS)
AREAS = (0.0, 500.0, 32.0**2, 5000.0, 96.0**2, 20000.0)


def some_truth(rng, people, pictures):
    """People with crowds, unlabelled ones, areas of 0 and at the sizes' ends, and doubles."""
    picture = rng.integers(0, pictures, people)
    keypoints = rng.uniform(0, 60, (people, COUNT, 2)) + rng.uniform(0, 60, (people, 1, 2))
    labelled = rng.random((people, COUNT)) < rng.choice([0.1, 0.5, 1.0], (people, 1))
    labelled[rng.random(people) < 0.2] = False
    area = rng.choice(AREAS, people)
    for i in range(1, people):
        if rng.random() < 0.2:
            for column in (picture, keypoints, labelled, area):
                column[i] = column[i - 1]
    bbox = np.column_stack([keypoints.min(axis=1), np.ptp(keypoints, axis=1)])
    crowd = rng.random(people) < 0.2
    ignored = crowd | ~labelled.any(axis=1)
    return TruePoses(picture, keypoints, labelled, bbox, area, crowd, ignored)


def some_poses(rng, poses, truth, pictures, tied):
    """Poses near people, far from everybody, and on pictures without anybody."""
    picture = rng.integers(0, pictures, poses)
    keypoints = rng.uniform(0, 120, (poses, COUNT, 2))
    if len(truth):
        whose = rng.integers(0, len(truth), poses)
        noise = rng.normal(0, 1, keypoints.shape) * rng.choice([0, 1, 3, 8], (poses, 1, 1))
        near = rng.random(poses) < 0.8
        keypoints[near] = (truth.keypoints[whose] + noise)[near]
        picture[near] = truth.picture[whose][near]
    score = rng.integers(0, 6, poses) / 6 if tied else rng.random(poses)
    return FoundPoses(picture, keypoints, score, extent(keypoints))


def comparison(seed, people=30, poses=100, pictures=12, tied=True):
    rng = np.random.default_rng(seed)
    truth = some_truth(rng, people, pictures)
    return Comparison(truth, some_poses(rng, poses, truth, pictures, tied), SIGMAS)


def assert_same(matter):
    ours, reference = average_precision(matter), reference_precision(matter)
    np.testing.assert_allclose(ours.precision, reference.precision, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.recall, reference.recall, rtol=0, atol=1e-12)
    assert ours.figures() == pytest.approx(reference.figures(), abs=1e-9, nan_ok=True)
    return ours


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    people=st.integers(0, 40),
    poses=st.integers(0, 120),
    pictures=st.integers(1, 12),
    tied=st.booleans(),
)
def test_curves_and_figures_are_those_of_pycocotools(seed, people, poses, pictures, tied):
    assert_same(comparison(seed, people, poses, pictures, tied))


@pytest.mark.parametrize("tied", [False, True])
def test_they_are_in_bulk(tied):
    ours = assert_same(comparison(5, people=600, poses=3000, pictures=200, tied=tied))
    assert all(0 < figure < 1 for figure in ours.figures().values())


@pytest.mark.parametrize("spread", [0.0, 1e-7])
def test_they_are_where_similarities_are_equal_or_nearly(spread):
    rng = np.random.default_rng(1)
    matter = comparison(1, people=12, poses=60, pictures=2)
    same = np.repeat(matter.truth.keypoints[:1], 12, axis=0) + rng.normal(0, 1, (12, 1, 2)) * spread
    truth = replace(matter.truth, keypoints=same, area=np.full(12, 4000.0))
    assert_same(Comparison(truth, matter.found, SIGMAS))


def test_a_similarity_at_the_threshold_is_enough(crowded):
    """One of two labelled keypoints is right and the other astray: exactly 0.5."""
    labelled = np.zeros((2, COUNT), bool)
    labelled[:, :2] = True
    astray = crowded.truth.keypoints.copy()
    astray[:, 1] += 900
    found = replace(crowded.found.take(np.array([23, 24])), keypoints=astray)
    matter = replace(crowded, truth=replace(crowded.truth, labelled=labelled), found=found)
    figures = assert_same(matter).figures()
    assert (figures["AR50"], figures["AR"]) == pytest.approx((1, 0.1))


@pytest.fixture
def crowded():
    """Two people and 25 poses in one picture; only the two least sure poses are right."""
    rng = np.random.default_rng(0)
    keypoints = rng.uniform(0, 100, (2, COUNT, 2))
    labelled, none = np.ones((2, COUNT), bool), np.zeros(2, bool)
    bbox = np.tile([0.0, 0, 100, 100], (2, 1))
    truth = TruePoses(np.zeros(2, int), keypoints, labelled, bbox, np.full(2, 5e3), none, none)
    poses = np.concatenate([rng.uniform(500, 900, (23, COUNT, 2)), keypoints])
    found = FoundPoses(np.zeros(25, int), poses, np.linspace(1, 0, 25), extent(poses))
    return Comparison(truth, found, SIGMAS)


def test_only_the_twenty_surest_poses_of_a_picture_count(crowded):
    assert average_precision(crowded).figures()["AR"] == 0
    enough = crowded.take(np.arange(2), np.arange(25 - MOST_A_PICTURE, 25))
    assert average_precision(enough).figures()["AR"] == 1
    assert_same(crowded)


def test_matches_name_the_true_pose_at_every_threshold(crowded):
    last = crowded.take(np.arange(2), np.arange(20, 25)[::-1])  # The two right ones come first.
    worse = last.found.keypoints.copy()
    worse[1] += 4
    found = replace(last.found, keypoints=worse)
    matches = average_precision(Comparison(last.truth, found, SIGMAS)).matches
    assert matches.shape == (len(THRESHOLDS), 5)
    assert (matches[:, 0] == 1).all()
    assert (matches[:, 1][[0, -1]] == [0, -1]).all()
    assert (matches[:, 2:] == -1).all()
    assert (average_precision(crowded).matches == -1).all()


def test_a_crowd_is_found_any_number_of_times(crowded):
    everybody = np.ones(2, bool)
    truth = replace(crowded.truth, crowd=everybody, ignored=everybody)
    twice = crowded.found.take(np.array([23, 23, 24]))
    assert (average_precision(Comparison(truth, twice, SIGMAS)).matches == [0, 0, 1]).all()


@pytest.mark.parametrize("sizes", [COCO_SIZES, (ALL,)])
def test_perfect_poses_score_one_and_none_score_nought(sizes, crowded):
    matter = Comparison(crowded.truth, crowded.found.take(np.array([23, 24])), SIGMAS)
    perfect = average_precision(matter, sizes).figures()
    nothing = average_precision(matter.take(np.arange(2), np.arange(0)), sizes).figures()
    measured = [name for name in perfect if not name.endswith("_L")]
    assert [perfect[name] for name in measured] == pytest.approx([1.0] * len(measured))
    assert [nothing[name] for name in measured] == [0.0] * len(measured)
    assert len(measured) == 6 + 2 * (len(sizes) > 1)


def test_where_there_is_nothing_to_find_figures_are_nan(crowded):
    nobody = average_precision(crowded.take(np.arange(0), np.arange(25)))
    assert np.isnan(list(nobody.figures().values())).all()
    sizes = average_precision(crowded)
    assert np.isnan(sizes.precision[..., 2]).all()
    assert np.isnan(sizes.figures()["AR_L"])


def test_precision_falls_with_recall():
    curves = average_precision(comparison(3, people=200, poses=900, pictures=80)).precision
    assert curves.shape == (len(THRESHOLDS), len(RECALLS), len(COCO_SIZES))
    assert (np.diff(curves, axis=1) <= 0).all()
    assert (np.diff(curves[..., 0].mean(axis=1)) <= 0).all()  # And with the threshold.
