import numpy as np
import pytest

from vitpose_plus.evaluation.oks import evaluate_oks
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.taxonomy import (
    ERRORS,
    KINDS,
    Kind,
    count_kinds,
    diagnose,
    mend,
    mend_scores,
    oracle_gains,
)
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]
NOSE, LEFT_HIP, RIGHT_HIP = (COCO.index(n) for n in ("nose", "left_hip", "right_hip"))
AREA = 10_000.0


def distance_of(similarity, keypoint, area=AREA):
    """Pixels at which a keypoint's similarity is this."""
    return 2 * COCO.sigmas[keypoint] * np.sqrt(-2 * area * np.log(similarity))


@pytest.fixture
def two_people(table_of):
    """Two people in one picture, every keypoint far from all others, predicted perfectly."""
    keypoints = np.zeros((2, 17, 2))
    keypoints[..., 0] = 500 * np.arange(17)
    keypoints[1, :, 1] = 5000
    table = table_of(keypoints, image_id=["one"] * 2, area=[AREA] * 2)
    return lambda: Predictions(table, table.keypoints.copy(), np.ones((2, 17)), np.ones(2))


@pytest.mark.parametrize(
    ("similarity", "kind"),
    [
        (1.0, Kind.GOOD),
        (0.86, Kind.GOOD),
        (0.84, Kind.JITTER),
        (0.51, Kind.JITTER),
        (0.49, Kind.MISS),
        (0.01, Kind.MISS),
    ],
)
def test_a_keypoint_is_told_by_how_near_it_is(two_people, similarity, kind):
    poses = two_people()
    poses.keypoints[0, LEFT_HIP, 1] += distance_of(similarity, LEFT_HIP)
    kinds = diagnose(poses, COCO)
    assert kinds[0, LEFT_HIP] == kind
    assert (np.delete(kinds.ravel(), LEFT_HIP) == Kind.GOOD).all()


def test_a_keypoint_on_its_twin_is_an_inversion(two_people):
    poses = two_people()
    poses.keypoints[0, [LEFT_HIP, RIGHT_HIP]] = poses.rows.keypoints[0, [RIGHT_HIP, LEFT_HIP]]
    kinds = diagnose(poses, COCO)
    assert (kinds[0, [LEFT_HIP, RIGHT_HIP]] == Kind.INVERSION).all()
    assert (kinds == Kind.INVERSION).sum() == 2


@pytest.mark.parametrize("there", [LEFT_HIP, RIGHT_HIP])
def test_a_keypoint_on_somebody_elses_or_its_twin_is_a_swap(two_people, there):
    poses = two_people()
    poses.keypoints[0, LEFT_HIP] = poses.rows.keypoints[1, there]
    kinds = diagnose(poses, COCO)
    assert kinds[0, LEFT_HIP] == Kind.SWAP
    assert (kinds == Kind.SWAP).sum() == 1


def test_a_keypoint_on_somebody_elses_other_keypoint_is_a_miss(two_people):
    poses = two_people()
    poses.keypoints[0, LEFT_HIP] = poses.rows.keypoints[1, NOSE]
    assert diagnose(poses, COCO)[0, LEFT_HIP] == Kind.MISS


def test_who_stands_near_his_own_place_is_not_inverted_by_a_twin_that_is_nearer(table_of):
    keypoints = np.zeros((1, 17, 2))
    keypoints[..., 0] = 500 * np.arange(17)
    apart = distance_of(0.9, LEFT_HIP)
    keypoints[0, RIGHT_HIP] = keypoints[0, LEFT_HIP] + (apart, 0)
    table = table_of(keypoints, area=[AREA])
    poses = Predictions(table, table.keypoints.copy(), np.ones((1, 17)), np.ones(1))
    poses.keypoints[0, LEFT_HIP] = table.keypoints[0, RIGHT_HIP]
    assert diagnose(poses, COCO)[0, LEFT_HIP] == Kind.GOOD


def test_people_of_other_pictures_are_not_swapped_with(table_of):
    table = table_of(np.stack([np.zeros((17, 2)), np.full((17, 2), 4000.0)]), area=[AREA] * 2)
    poses = Predictions(table, table.keypoints[::-1].copy(), np.ones((2, 17)), np.ones(2))
    assert (diagnose(poses, COCO) == Kind.MISS).all()


def by_brute_force(poses, skeleton):
    """One keypoint after the other, from the paper's words."""
    rows, mirrored = poses.rows, skeleton.flip_index()
    pictures, areas = rows.column("image_id"), rows.column("area")
    kinds = np.full(rows.visibility.shape, -1)

    def similarity(p, k, q, j):
        if rows.visibility[q, j] == 0:
            return 0.0
        away = poses.keypoints[p, k].astype(float) - rows.keypoints[q, j].astype(float)
        return np.exp(-(away @ away) / (2 * areas[q] * (2 * skeleton.sigmas[k]) ** 2))

    for p, k in np.argwhere(rows.visibility > 0):
        own, twin = similarity(p, k, p, k), similarity(p, k, p, mirrored[k])
        others = [q for q in range(len(rows)) if q != p and pictures[q] == pictures[p]]
        other = max([similarity(p, k, q, j) for q in others for j in (k, mirrored[k])] + [0.0])
        if max(own, twin, other) < 0.5:
            kinds[p, k] = 4
        elif own >= 0.5:
            kinds[p, k] = 0 if own >= 0.85 else 1
        else:
            kinds[p, k] = 2 if twin >= other else 3
    return kinds


@pytest.mark.parametrize("name", ["coco", "interhand"])
def test_kinds_equal_a_brute_force_in_crowded_pictures(table_of, name):
    skeleton, rng = SKELETONS[name], np.random.default_rng(0)
    keypoints = len(skeleton)
    table = table_of(
        rng.uniform(0, 60, (40, keypoints, 2)),
        rng.integers(0, 3, (40, keypoints)),
        image_id=[f"{i % 13}" for i in range(40)],
        area=rng.uniform(100, 4000, 40).tolist(),
    )
    found = table.keypoints + rng.normal(0, 7, table.keypoints.shape).astype(np.float32)
    poses = Predictions(table, found, np.ones((40, keypoints)), np.ones(40))
    kinds = diagnose(poses, skeleton)
    assert (kinds == by_brute_force(poses, skeleton)).all()
    assert set(np.unique(kinds)) == ({*Kind} if skeleton.twins else {*Kind} - {Kind.INVERSION})


def test_counts_leave_unlabelled_keypoints_out():
    kinds = np.array([[Kind.GOOD, Kind.UNLABELLED], [Kind.MISS, Kind.SWAP]])
    assert count_kinds(kinds).tolist() == [[1, 0, 0, 0, 1], [0, 0, 0, 1, 0]]


@pytest.fixture
def poor_poses(table_of):
    rng = np.random.default_rng(3)
    table = table_of(
        rng.uniform(0, 90, (30, 17, 2)),
        image_id=[f"{i // 3}" for i in range(30)],
        area=[6000.0] * 30,
    )
    found = table.keypoints + rng.normal(0, 9, table.keypoints.shape).astype(np.float32)
    return Predictions(table, found, rng.uniform(0.3, 1, (30, 17)), np.ones(30))


def test_mending_every_kind_gives_the_truth_where_it_matters(poor_poses):
    kinds = diagnose(poor_poses, COCO)
    mended = poor_poses
    for kind in ERRORS:
        mended = mend(mended, kinds, kind)
    assert evaluate_oks(poor_poses, COCO)["AP"] < 0.7
    assert (diagnose(mended, COCO) == Kind.GOOD).all()


def test_an_oracle_mends_one_kind_alone(poor_poses):
    kinds = diagnose(poor_poses, COCO)
    gains = oracle_gains(poor_poses, kinds, lambda poses: evaluate_oks(poses, COCO)["AP"])
    assert [gain.mended for gain in gains] == ["jitter", "inversion", "swap", "miss"]
    now = evaluate_oks(poor_poses, COCO)["AP"]
    keypoints = poor_poses.keypoints.copy()
    keypoints[kinds == Kind.MISS] = poor_poses.rows.keypoints[kinds == Kind.MISS]
    by_hand = Predictions(poor_poses.rows, keypoints, poor_poses.scores, poor_poses.box_scores)
    assert gains[-1].figure == evaluate_oks(by_hand, COCO)["AP"]
    assert gains[-1].gain == pytest.approx(gains[-1].figure - now)
    assert gains[-1].gain > 0.01


def test_the_best_scores_order_poses_by_their_own_similarity(poor_poses):
    order = np.random.default_rng(0).uniform(0.1, 1, 30)
    assert mend_scores(poor_poses, order).instance_scores == pytest.approx(order)
    gains = oracle_gains(poor_poses, diagnose(poor_poses, COCO), lambda poses: 0.0, order)
    assert gains[-1].mended == "scores"


def test_every_kind_has_words():
    assert len({kind.meaning for kind in KINDS}) == 5
