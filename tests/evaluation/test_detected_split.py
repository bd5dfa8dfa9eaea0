import json

import numpy as np
import pytest

from vitpose_plus.errors import AnnotationError, PredictionError
from vitpose_plus.evaluation.detected_split import (
    listed_pictures,
    pictures_of,
    split_of_detections,
)
from vitpose_plus.evaluation.detections import Detections


def detections(*names):
    count = len(names)
    boxes = np.arange(4.0 * count).reshape(count, 4) + 1
    return Detections(np.array(names, object), boxes, np.linspace(0.5, 1, count))


def test_its_rows_are_the_boxes_in_their_order(make_split):
    split = make_split("coco")
    given = detections("3", "0", "3")
    found = split_of_detections(split, given, pictures_of(split.table))
    assert found.trainable().column("file_name").tolist() == ["3.jpg", "0.jpg", "3.jpg"]
    assert (found.trainable().bbox == given.boxes).all()
    assert (found.name, found.images) == (split.name, split.images)


def test_a_picture_without_a_name_is_told(make_split):
    split = make_split("coco")
    with pytest.raises(PredictionError, match=r"2 pictures .* first 77: .* name the file that"):
        split_of_detections(split, detections("77", "0", "78"), pictures_of(split.table))


def test_a_file_lists_pictures_that_nobody_is_annotated_in(tmp_path):
    path = tmp_path / "image_info_test-dev2017.json"
    path.write_text(json.dumps({"images": [{"id": 5, "file_name": "000000000005.jpg"}]}))
    assert listed_pictures(path) == {"5": "000000000005.jpg"}


def test_a_listed_picture_without_a_name_is_told(tmp_path):
    path = tmp_path / "info.json"
    path.write_text(json.dumps({"images": [{"id": 5}]}))
    with pytest.raises(AnnotationError, match=r"info.json, image number 1 .* 'file_name'"):
        listed_pictures(path)
