import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.evaluation.nms import (
    Suppression,
    extent_areas,
    similarity,
    suppress,
    view_areas,
)
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]


def crowd(seed, count=40, pictures=3):
    """Poses that come in families of near copies, in a few pictures."""
    rng = np.random.default_rng(seed)
    people = rng.uniform(0, 200, (5, len(COCO), 2))
    keypoints = people[rng.integers(0, 5, count)] + rng.normal(0, 1.5, (count, len(COCO), 2))
    found = Results(
        np.array([str(i) for i in rng.integers(0, pictures, count)], object),
        keypoints,
        rng.uniform(0, 1, (count, len(COCO))),
        rng.permutation(count) / count,
    )
    return found, rng.uniform(500, 20000, count)


def oks_by_hand(results, area, i, j):
    terms = []
    for k, sigma in enumerate(COCO.sigmas):
        squared = math.dist(results.keypoints[i, k], results.keypoints[j, k]) ** 2
        mean_area = (area[i] + area[j]) / 2
        terms.append(math.exp(-squared / (8 * sigma**2 * mean_area)))
    return sum(terms) / len(terms)


def suppress_by_hand(results, area, threshold):
    """The surest first; it stays unless a surer one that stays is too similar."""
    kept = []
    for i in sorted(range(len(results)), key=lambda i: -results.score[i]):
        rivals = [j for j in kept if results.image_id[j] == results.image_id[i]]
        if all(oks_by_hand(results, area, i, j) <= threshold for j in rivals):
            kept.append(i)
    return sorted(kept)


def suppress_softly_by_hand(results, area, threshold, most):
    kept = []
    for picture in set(results.image_id):
        left = {i: float(results.score[i]) for i in np.flatnonzero(results.image_id == picture)}
        for _ in range(min(most, len(left))):
            best = max(left, key=lambda i: left[i])
            kept.append(best)
            del left[best]
            for i in left:
                left[i] *= math.exp(-(oks_by_hand(results, area, best, i) ** 2) / threshold)
    return sorted(kept)


def identity(results):
    return results.score.tolist()  # Scores are all different.


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.5, 0.9]))
def test_hard_suppression_is_what_comparing_pair_by_pair_gives(seed, threshold):
    found, area = crowd(seed)
    kept = suppress(found, COCO, area, Suppression(threshold=threshold))
    expected = suppress_by_hand(found, area, threshold)
    assert identity(kept) == found.score[expected].tolist()
    assert 0 < len(kept) < len(found)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 20))
def test_soft_suppression_is_what_rescoring_pair_by_pair_gives(seed, most):
    found, area = crowd(seed)
    kept = suppress(found, COCO, area, Suppression(soft=True, most=most))
    expected = suppress_softly_by_hand(found, area, 0.9, most)
    assert identity(kept) == found.score[expected].tolist()


def test_similarity_is_symmetric_and_1_to_itself():
    found, area = crowd(1)
    likeness = similarity(found.keypoints, area, np.array(COCO.sigmas))
    np.testing.assert_allclose(likeness, likeness.T)
    np.testing.assert_allclose(np.diag(likeness), 1)
    assert likeness[3, 7] == pytest.approx(oks_by_hand(found, area, 3, 7))


def test_copies_in_different_pictures_do_not_compete():
    pose = np.ones((2, len(COCO), 2))
    arrays = pose, np.ones((2, len(COCO))), np.array([0.5, 0.5])
    apart = Results(np.array(["1", "2"], object), *arrays)
    together = Results(np.array(["1", "1"], object), *arrays)
    area = np.full(2, 100.0)
    assert len(suppress(apart, COCO, area)) == 2
    assert len(suppress(together, COCO, area)) == 1


def test_nothing_found_stays_nothing():
    shape = (0, len(COCO))
    nothing = Results(np.zeros(0, object), np.zeros((*shape, 2)), np.zeros(shape), np.zeros(0))
    for soft in (False, True):
        assert len(suppress(nothing, COCO, np.zeros(0), Suppression(soft=soft))) == 0


def test_a_boxs_area_is_the_padded_views():
    boxes = np.array([[10, 20, 30, 100], [0, 0, 90, 40]])
    high, wide = 75 * 100 * 1.25**2, 90 * 120 * 1.25**2  # Grown to 192 by 256.
    assert view_areas(boxes, (256, 192)) == pytest.approx([high, wide])


def test_without_boxes_the_keypoints_extent_is_the_area():
    assert extent_areas(np.array([[[1, 1], [4, 2], [2, 11]]])).tolist() == [30]
