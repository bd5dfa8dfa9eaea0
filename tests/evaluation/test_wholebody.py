import math

import numpy as np
import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.oks import FIGURES, evaluate_oks
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.wholebody import FIGURE_OF_PART, evaluate_wholebody
from vitpose_plus.skeletons import SKELETONS, Skeleton
from vitpose_plus.skeletons.coco_wholebody import PARTS

WHOLE = SKELETONS["coco_wholebody"]


def part_of(part):
    """A part's places in the 133, and a skeleton of it alone."""
    places = [WHOLE.index(name) for name in PARTS[part]]
    sigmas = tuple(WHOLE.sigmas[place] for place in places)
    return places, Skeleton(name=part, keypoints=PARTS[part], twins=(), limbs=(), sigmas=sigmas)


@pytest.fixture
def split(table_of):
    """40 people on 15 pictures, many of them without this or that part; 60 poses."""
    rng = np.random.default_rng(4)
    keypoints = rng.uniform(1, 99, (40, len(WHOLE), 2))
    visibility = rng.integers(0, 2, keypoints.shape[:2])
    for part in PARTS:
        unlabelled = rng.random(40) < 0.3
        visibility[np.ix_(unlabelled, part_of(part)[0])] = 0
    images = [str(rng.integers(15)) for _ in range(40)]
    crowd = [bool(c) for c in rng.random(40) < 0.1]
    areas = rng.uniform(900, 12000, 40)
    columns = {"image_id": images, "is_crowd": crowd, "area": areas}
    whose = rng.integers(0, 40, 60)
    noise = rng.normal(0, 1, (60, len(WHOLE), 2)) * rng.choice([0.1, 0.5, 2], (60, 1, 1))
    scores = rng.uniform(0.1, 1, (60, len(WHOLE)))
    poses = keypoints[whose] + noise
    results = Results(np.array(images, object)[whose], poses, scores, scores.mean(axis=1))
    return table_of(keypoints, visibility, **columns), results, columns


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_is_scored_as_if_there_were_no_other(part, split, table_of):
    truth, results, columns = split
    places, skeleton = part_of(part)
    rows = table_of(truth.keypoints[:, places], truth.visibility[:, places], **columns)
    alone = Results(
        results.image_id, results.keypoints[:, places], results.scores[:, places], results.score
    )
    expected = evaluate_oks(alone, skeleton, rows, backend="pycocotools")
    figures, name = evaluate_wholebody(results, WHOLE, truth), FIGURE_OF_PART[part]
    assert 0.05 < expected["AP"] < 0.95
    for kind in ("AP", "AR"):
        assert figures[f"{kind}_{name}"] == pytest.approx(expected[kind], abs=1e-9)


def test_the_whole_is_scored_by_all_keypoints_and_hands_by_their_mean(split):
    truth, results, _ = split
    figures = evaluate_wholebody(results, WHOLE, truth)
    expected = evaluate_oks(results, WHOLE, truth, backend="pycocotools")
    assert tuple(figures)[: len(FIGURES)] == FIGURES
    for name in ("AP", "AP50", "AP75", "AR", "AR50", "AR75"):
        assert figures[name] == pytest.approx(expected[name], abs=1e-9)
    hands = (figures["AP_left_hand"] + figures["AP_right_hand"]) / 2
    assert figures["AP_hand"] == pytest.approx(hands)


def test_a_pose_is_as_large_as_its_body(table_of):
    """A miss with a body of medium size, and a foot far away: it is a miss among the medium."""
    truth = table_of(np.random.default_rng(0).uniform(1, 99, (1, len(WHOLE), 2)))
    miss = truth.keypoints + 300
    miss[:, WHOLE.index("left_heel")] += 900
    poses = np.concatenate([miss, truth.keypoints])
    ids = truth.column("image_id").repeat(2)
    figures = evaluate_wholebody(
        Results(ids, poses, np.ones((2, len(WHOLE))), np.array([0.9, 0.8])), WHOLE, truth
    )
    assert figures["AP_M"] == figures["AP"] == pytest.approx(0.5)


def test_a_pose_that_is_sure_of_no_keypoint_of_a_part_does_not_count_there(table_of):
    truth = table_of(np.random.default_rng(0).uniform(1, 99, (1, len(WHOLE), 2)))
    poses = np.concatenate([truth.keypoints + 300, truth.keypoints])
    scores = np.ones((2, len(WHOLE)))
    scores[0, part_of("face")[0]] = 0
    ids = truth.column("image_id").repeat(2)
    figures = evaluate_wholebody(Results(ids, poses, scores, np.array([0.9, 0.8])), WHOLE, truth)
    assert figures["AP_face"] == pytest.approx(1.0)
    assert figures["AP_body"] == pytest.approx(0.5)


def test_a_part_that_is_labelled_nowhere_is_nan(table_of):
    visibility = np.ones((2, len(WHOLE)))
    visibility[:, part_of("left_hand")[0]] = 0
    truth = table_of(np.random.default_rng(0).uniform(1, 99, (2, len(WHOLE), 2)), visibility)
    ids, ones = truth.column("image_id"), np.ones(visibility.shape)
    figures = evaluate_wholebody(Results(ids, truth.keypoints, ones, np.ones(2)), WHOLE, truth)
    assert math.isnan(figures["AP_left_hand"])
    assert figures["AP_right_hand"] == pytest.approx(1.0)
    assert figures["AP_hand"] == figures["AP_right_hand"]


def test_another_skeleton_is_an_error(table_of):
    coco = SKELETONS["coco"]
    nothing = np.zeros((0, len(coco)))
    results = Results(np.zeros(0, object), np.zeros((0, len(coco), 2)), nothing, np.zeros(0))
    with pytest.raises(ConfigurationError, match="'coco' has not COCO-WholeBody's 133"):
        evaluate_wholebody(results, coco, table_of(np.ones((1, len(coco), 2))))
