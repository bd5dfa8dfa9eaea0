import json
from pathlib import Path

import numpy as np
import pytest

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.detections import read_detections

REAL = Path(__file__).resolve().parents[2] / "../shared/data/real_mini/coco"


@pytest.fixture
def file_of(tmp_path):
    def write(*changes, text=None):
        """Three good records, then one for each set of changed values."""
        good = {"bbox": [1, 2, 30.5, 40], "category_id": 1, "image_id": 785, "score": 0.5}
        records = [good | {"image_id": i} for i in range(3)]
        records += [good | change for change in changes]
        path = tmp_path / "detections.json"
        path.write_text(text or json.dumps(records))
        return path

    return write


def test_cocos_published_detections_are_read_whole():
    path = REAL / "test_coco_det_AP_H_56.json"
    if not path.is_file():
        pytest.skip("shared/data is not on this machine")
    found = read_detections(path)
    records = json.loads(path.read_text())
    assert len(found) == len(records) == 118
    assert found.image_id.tolist() == [str(record["image_id"]) for record in records]
    assert found.boxes.tolist() == [record["bbox"] for record in records]
    assert found.scores.tolist() == [record["score"] for record in records]
    sure = read_detections(path, set(found.image_id), min_score=0.5)
    assert len(sure) == (found.scores >= 0.5).sum() < 118
    assert sure.unsure == 118 - len(sure)


def test_what_is_left_out_is_counted_by_its_reason(file_of):
    path = file_of({"category_id": 2}, {"category_id": 90}, {"score": 0.1})
    found = read_detections(path, min_score=0.2)
    assert found.image_id.tolist() == ["0", "1", "2"]
    assert (found.other_categories, found.unsure) == (2, 1)


def test_no_detections_are_arrays_of_nothing(file_of):
    found = read_detections(file_of(text="[]"))
    assert len(found) == 0
    assert found.boxes.shape == (0, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bbox": [1, 2, 0, 4]}, "has no area: drop the record"),
        ({"bbox": [1, 2, 3, -4]}, "has no area"),
        ({"bbox": [1, 2, float("nan"), 4]}, "should be finite: mend or drop it"),
        ({"score": float("inf")}, "should be finite"),
        ({"image_id": 99}, "picture 99 is not among the split's"),
        ({"image_id": 2}, "repeats record 2"),
    ],
)
def test_a_record_that_cannot_be_is_told_with_file_and_mend(file_of, change, message):
    with pytest.raises(PredictionError, match=rf"detections.json, record 3: .*{message}"):
        read_detections(file_of(change), {"0", "1", "2", "785"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bbox": [1, 2, 3]}, "bbox: Expected `array` of length 4"),
        ({"bbox": [1, 2, 3, "4"]}, r"bbox\[3\]: Expected `float`, got `str`"),
        ({"image_id": 1.5}, r"image_id: Expected `int \| str`, got `float`"),
    ],
)
def test_a_record_of_another_form_is_told_with_its_field(file_of, change, message):
    with pytest.raises(PredictionError, match=rf"detections.json, record 3, {message}"):
        read_detections(file_of(change))


def test_a_faulty_record_of_another_category_does_not_matter(file_of):
    found = read_detections(file_of({"category_id": 3, "bbox": [0, 0, 0, 0]}))
    assert np.array_equal(found.scores, [0.5] * 3)
