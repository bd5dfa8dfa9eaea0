from dataclasses import replace

import numpy as np
import pytest

from vitpose_plus.evaluation.comparison import Comparison
from vitpose_plus.evaluation.oks import oks
from vitpose_plus.evaluation.poses import FoundPoses, TruePoses, extent
from vitpose_plus.evaluation.similarity import Pairs, near_pairs, pairs_by_picture, similarities
from vitpose_plus.skeletons import SKELETONS

SIGMAS = np.array(SKELETONS["coco"].sigmas)
COUNT = len(SIGMAS)


@pytest.fixture
def matter():
    """60 people on 9 pictures, some without keypoints, and 300 poses at every distance."""
    rng = np.random.default_rng(2)
    picture, whose = rng.integers(0, 9, 60), rng.integers(0, 60, 300)
    keypoints = rng.uniform(0, 90, (60, COUNT, 2)) + rng.uniform(0, 200, (60, 1, 2))
    labelled = rng.random((60, COUNT)) < 0.6
    labelled[::4] = False
    bbox = np.column_stack([keypoints.min(axis=1), np.ptp(keypoints, axis=1)])
    area = rng.uniform(0, 9000, 60)
    truth = TruePoses(picture, keypoints, labelled, bbox, area, area < 0, ~labelled.any(axis=1))
    poses = keypoints[whose] + rng.normal(0, 1, (300, COUNT, 2)) * rng.uniform(0, 40, (300, 1, 1))
    found = FoundPoses(picture[whose], poses, rng.random(300), extent(poses))
    return Comparison(truth, found, SIGMAS)


def test_pairs_are_all_those_of_a_picture_in_order(matter):
    expected = [
        (i, j)
        for i, here in enumerate(matter.found.picture)
        for j, there in enumerate(matter.truth.picture)
        if here == there
    ]
    assert list(zip(*pairs_by_picture(matter), strict=True)) == expected


@pytest.mark.parametrize(("people", "poses"), [(0, 5), (5, 0), (0, 0)])
def test_nobody_makes_no_pair(matter, people, poses):
    pairs = pairs_by_picture(matter.take(np.arange(people), np.arange(poses)))
    assert len(pairs.found) == len(pairs.true) == 0


def test_similarity_is_that_of_single_poses(matter):
    pairs = pairs_by_picture(matter)
    truth, found = matter.truth, matter.found
    single = oks(
        found.keypoints[pairs.found],
        truth.keypoints[pairs.true],
        truth.labelled[pairs.true],
        truth.area[pairs.true],
        SIGMAS,
    )
    ours, measurable = similarities(matter, pairs), truth.measurable[pairs.true]
    assert (np.isnan(single) == ~measurable).all()
    np.testing.assert_allclose(ours[measurable], single[measurable], rtol=1e-12)


def test_without_keypoints_the_distance_is_that_to_the_grown_box(matter):
    """In words: no distance within a box and its neighbours of the same size."""
    truth, (x, y, width, height) = matter.truth.take(np.array([0])), matter.truth.bbox[0]
    at = [(x, y), (x + 2 * width, y), (x - width - 3, y), (x, y + 2 * height + 4), (x, y - height)]
    poses = np.repeat(np.array(at)[:, None], COUNT, axis=1)
    found = FoundPoses(np.zeros(5, int), poses, np.ones(5), extent(poses))
    pairs = Pairs(np.arange(5), np.zeros(5, int))
    squares = np.array([0, 0, 9, 16, 0])[:, None]
    expected = np.exp(-squares / (8 * SIGMAS**2 * truth.area)).mean(axis=1)
    ours = similarities(Comparison(truth, found, SIGMAS), pairs)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


@pytest.mark.parametrize("least", [0.3, 0.5, 0.9])
def test_no_pair_is_left_out_that_is_similar_enough(matter, least):
    pairs = pairs_by_picture(matter)
    similar = similarities(matter, pairs) >= least
    near = near_pairs(matter, pairs, least)
    kept = set(zip(*near, strict=True))
    assert 0 < similar.sum() < len(kept) < len(similar)
    assert kept >= set(zip(*pairs.take(similar), strict=True))


def test_a_pose_beside_the_only_labelled_keypoint_is_near_as_far_as_it_is_similar(matter):
    """The widest keypoint alone: similar at a distance of up to 2 sigma sqrt(2 ln 2 area)."""
    widest = int(np.argmax(SIGMAS))
    labelled = np.zeros((1, COUNT), bool)
    labelled[:, widest] = True
    truth = replace(matter.truth.take(np.array([1])), labelled=labelled, area=np.array([400.0]))
    reach = 2 * SIGMAS[widest] * np.sqrt(2 * np.log(2) * 400)
    shift = reach * np.array([0.1, 0.5, 0.9, 0.999, 1.01, 2])
    poses = truth.keypoints[:, widest] + np.stack([shift, 0 * shift], axis=1)
    poses = np.repeat(poses[:, None], COUNT, axis=1)
    found = FoundPoses(np.zeros(6, int), poses, np.ones(6), extent(poses))
    pairs = Pairs(np.arange(6), np.zeros(6, int))
    alone = Comparison(truth, found, SIGMAS)
    assert (similarities(alone, pairs) >= 0.5).tolist() == [True] * 4 + [False] * 2
    assert near_pairs(alone, pairs, 0.5).found.tolist() == [0, 1, 2, 3]
