import math

import numpy as np
import pytest

from vitpose_plus.evaluation.crowdpose import evaluate_crowdpose
from vitpose_plus.evaluation.oks import evaluate_oks
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import SKELETONS

CROWDPOSE = SKELETONS["crowdpose"]
INDEX = {"easy": [0.0, 0.1999], "medium": [0.2, 0.5, 0.7999], "hard": [0.8, 1.0], "": [None]}


@pytest.fixture
def split(table_of):
    """60 people on 8 pictures, one of each crowd index, and 90 poses."""
    rng = np.random.default_rng(6)
    indices = [index for level in INDEX.values() for index in level]
    picture, whose = rng.integers(0, len(indices), 60), rng.integers(0, 60, 90)
    keypoints = rng.uniform(1, 99, (60, len(CROWDPOSE), 2))
    visibility = rng.integers(0, 3, keypoints.shape[:2])
    visibility[:, 0] = 1
    bbox = [(1.0, 1.0, *sides) for sides in rng.uniform(30, 110, (60, 2)).tolist()]
    columns = {
        "image_id": [str(p) for p in picture],
        "bbox": bbox,
        "crowd_index": [indices[p] for p in picture],
    }
    truth = table_of(keypoints, visibility, area=[1.0] * 60, **columns)
    area = [0.53 * width * height for *_, width, height in bbox]
    with_areas = table_of(keypoints, visibility, area=area, **columns)
    noise = rng.normal(0, 1, (90, len(CROWDPOSE), 2)) * rng.choice([0, 2, 6], (90, 1, 1))
    ids = truth.column("image_id")[whose]
    results = Results(ids, keypoints[whose] + noise, np.ones((90, 14)), rng.random(90))
    return truth, with_areas, results


def test_the_area_is_a_share_of_the_box_and_there_are_no_sizes(split):
    truth, with_areas, results = split
    expected = evaluate_oks(results, CROWDPOSE, with_areas, backend="pycocotools")
    figures = evaluate_crowdpose(results, CROWDPOSE, truth)
    assert list(figures) == [
        *("AP", "AP50", "AP75", "AR", "AR50", "AR75"),
        *("AP_easy", "AP_medium", "AP_hard"),
    ]
    common = figures.keys() & expected.keys()
    assert len(common) == 6
    assert {n: figures[n] for n in common} == pytest.approx({n: expected[n] for n in common})
    assert 0.1 < figures["AP"] < 0.9


@pytest.mark.parametrize("level", ["easy", "medium", "hard"])
def test_a_level_is_scored_in_its_pictures_alone(level, split):
    truth, with_areas, results = split
    index = truth.column("crowd_index").astype(float)
    rows = np.flatnonzero(np.isin(index, INDEX[level]))
    part = with_areas.take(rows)
    there = np.isin(results.image_id.astype(str), part.column("image_id").astype(str))
    expected = evaluate_oks(results.take(there), CROWDPOSE, part, backend="pycocotools")["AP"]
    assert 0.1 < expected < 0.9
    figures = evaluate_crowdpose(results, CROWDPOSE, truth)
    assert figures[f"AP_{level}"] == pytest.approx(expected, abs=1e-9)


def test_a_level_without_pictures_is_nan(split):
    truth, _, results = split
    easy = np.flatnonzero(truth.column("crowd_index").astype(float) < 0.2)
    part = truth.take(easy)
    there = np.isin(results.image_id.astype(str), part.column("image_id").astype(str))
    figures = evaluate_crowdpose(results.take(there), CROWDPOSE, part)
    assert math.isnan(figures["AP_hard"])
    assert figures["AP_easy"] == figures["AP"]


def test_who_shows_no_more_than_head_and_neck_is_not_missed(table_of):
    visibility = np.zeros((2, len(CROWDPOSE)))
    visibility[:, [CROWDPOSE.index("head_top"), CROWDPOSE.index("neck")]] = 1
    visibility[0, CROWDPOSE.index("left_knee")] = 1
    truth = table_of(
        np.random.default_rng(0).uniform(1, 99, (2, 14, 2)), visibility, crowd_index=[0.1, 0.1]
    )
    found = Results(truth.column("image_id")[:1], truth.keypoints[:1], np.ones((1, 14)), np.ones(1))
    assert evaluate_crowdpose(found, CROWDPOSE, truth)["AR"] == 1
