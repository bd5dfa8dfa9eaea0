import json
from pathlib import Path

import numpy as np
import pytest

PARTS = {
    "face": ("face_kpts", "face_valid", "face_box", 68),
    "lefthand": ("lefthand_kpts", "lefthand_valid", "lefthand_box", 21),
    "righthand": ("righthand_kpts", "righthand_valid", "righthand_box", 21),
}


@pytest.fixture(scope="module")
def people(sample: Path) -> list[dict]:
    file = sample / "coco_wholebody/annotations/coco_wholebody_train_v1.0.json"
    return json.loads(file.read_text())["annotations"]


@pytest.mark.parametrize("part", PARTS)
def test_a_valid_part_has_flags_and_a_box_around_its_points(people: list[dict], part: str):
    points_key, valid_key, box_key, count = PARTS[part]
    assert any(person[valid_key] for person in people)
    for person in people:
        points = np.array(person[points_key]).reshape(count, 3)
        on = points[:, 2] > 0
        assert person[valid_key] == on.any()
        assert set(points[:, 2]) <= {0.0, 1.0}
        if on.any():
            x, y, width, height = person[box_key]
            assert (points[on, :2] >= [x, y]).all()
            assert (points[on, :2] <= [x + width, y + height]).all()
        else:
            assert person[box_key] == [0.0] * 4


def test_num_keypoints_counts_the_body_alone(people: list[dict]):
    for person in people:
        assert person["num_keypoints"] == sum(v > 0 for v in person["keypoints"][2::3])
        assert person["foot_valid"] == any(v > 0 for v in person["foot_kpts"][2::3])
