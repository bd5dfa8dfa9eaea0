import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="module")
def pictures(sample: Path) -> list[dict]:
    return json.loads((sample / "aic/keypoint_train_annotations_20170909.json").read_text())


def test_every_picture_has_its_forty_digit_name(sample: Path, pictures: list[dict]):
    folder = sample / "aic/keypoint_train_images_20170902"
    assert {f"{p['image_id']}.jpg" for p in pictures} == {path.name for path in folder.iterdir()}
    assert all(re.fullmatch(r"[0-9a-f]{40}", p["image_id"]) for p in pictures)


def test_absent_points_have_code_3_and_others_lie_in_the_picture(
    sample: Path, pictures: list[dict]
):
    codes = set()
    for picture in pictures:
        file = sample / f"aic/keypoint_train_images_20170902/{picture['image_id']}.jpg"
        height, width = cv2.imread(str(file)).shape[:2]
        for triples in picture["keypoint_annotations"].values():
            points = np.array(triples).reshape(14, 3)
            absent = points[:, 2] == 3
            codes |= set(points[:, 2])
            assert (points[absent, :2] == 0).all()
            assert (points[~absent, :2] < [width, height]).all()
    assert codes == {1, 2, 3}


def test_boxes_are_corners_and_belong_to_the_same_humans(pictures: list[dict]):
    for picture in pictures:
        boxes, points = picture["human_annotations"], picture["keypoint_annotations"]
        assert boxes.keys() == points.keys()
        assert all(x1 < x2 and y1 < y2 for x1, y1, x2, y2 in boxes.values())
