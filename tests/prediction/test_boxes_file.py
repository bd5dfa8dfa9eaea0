import json

import numpy as np
import pytest

from vitpose_plus.errors import PredictionError
from vitpose_plus.prediction.boxes_file import read_boxes
from vitpose_plus.prediction.sources import find_sources

BOX = [1.0, 2.0, 30.0, 40.0]


@pytest.fixture
def given(draw):
    """Three pictures, two of them of one name."""
    paths = [draw(name) for name in ("walk/000000000139.jpg", "walk/b.jpg", "run/b.jpg")]
    return find_sources([str(path) for path in paths]).pictures


@pytest.fixture
def as_json(tmp_path):
    def write(*records):
        path = tmp_path / "boxes.json"
        path.write_text(json.dumps(records))
        return path

    return write


@pytest.fixture
def as_csv(tmp_path):
    def write(text):
        path = tmp_path / "boxes.csv"
        path.write_text(text)
        return path

    return write


def boxes_of(file, pictures):
    return {
        source.name: boxes.boxes.tolist()
        for source, boxes in zip(pictures, file.find(pictures), strict=True)
        if len(boxes)
    }


@pytest.mark.parametrize(
    ("picture", "meant"),
    [
        ({"image_id": 139}, "walk/000000000139.jpg"),
        ({"image_id": "000000000139"}, "walk/000000000139.jpg"),
        ({"file_name": "000000000139.jpg"}, "walk/000000000139.jpg"),
        ({"file_name": "./run/b.jpg"}, "run/b.jpg"),
        ({"image_id": "run/b.jpg"}, "run/b.jpg"),
        ({"image_id": 7, "file_name": "walk/b.jpg"}, "walk/b.jpg"),
    ],
)
def test_a_picture_is_meant_by_number_or_by_name(picture, meant, given, as_json):
    file = read_boxes(as_json({"bbox": BOX} | picture), given)
    assert boxes_of(file, given) == {meant: [BOX]}


def test_an_absolute_path_means_its_picture(given, as_json):
    file = read_boxes(as_json({"bbox": BOX, "file_name": str(given[2].path)}), given)
    assert boxes_of(file, given) == {"run/b.jpg": [BOX]}


def test_a_table_gives_the_same_boxes_as_json(given, as_csv, as_json):
    table = "file_name,x,y,width,height,score\nwalk/b.jpg,1,2,30,40,0.5\nrun/b.jpg,1,2,3,4,\n"
    records = [
        {"bbox": BOX, "file_name": "walk/b.jpg", "score": 0.5},
        {"bbox": [1, 2, 3, 4], "file_name": "run/b.jpg"},
    ]
    for file in (read_boxes(as_csv(table), given), read_boxes(as_json(*records), given)):
        found = file.find(given)
        assert [len(boxes) for boxes in found] == [0, 1, 1]
        np.testing.assert_array_equal(found[1].boxes, [BOX])
        assert [boxes.scores.tolist() for boxes in found] == [[], [0.5], [1.0]]
        assert file.detected


def test_boxes_without_scores_are_a_persons_own(given, as_json):
    assert not read_boxes(as_json({"bbox": BOX, "image_id": 139}), given).detected


def test_boxes_of_another_category_are_counted_and_left_out(given, as_json):
    records = [{"bbox": BOX, "image_id": 139, "category_id": category} for category in (1, 18, 18)]
    file = read_boxes(as_json(*records), given, category=1)
    assert (sum(map(len, file.find(given))), file.other_categories) == (1, 2)
    assert sum(map(len, read_boxes(as_json(*records), given).find(given))) == 3


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"bbox": BOX, "file_name": "c.jpg"}, "picture c.jpg is none of the 3 that were given"),
        ({"bbox": BOX, "image_id": 285}, "picture 285 is none of the 3"),
        ({"bbox": BOX, "file_name": "b.jpg"}, "may be walk/b.jpg or run/b.jpg"),
        ({"bbox": BOX, "image_id": "b"}, "may be walk/b.jpg or run/b.jpg"),
        ({"bbox": BOX}, "names no picture"),
        ({"bbox": [1, 2, 0, 4], "image_id": 139}, "has no area"),
        ({"bbox": [1, 2, 3, float("nan")], "image_id": 139}, "should be finite"),
        ({"bbox": [1, 2, 3], "image_id": 139}, "bbox: .*This should be a list of"),
        ({"bbox": BOX, "image_id": 139, "score": "high"}, "score: .*This should be a list of"),
    ],
)
def test_a_broken_record_is_told_with_file_and_record(record, told, given, as_json):
    path = as_json({"bbox": BOX, "image_id": 139}, record)
    with pytest.raises(PredictionError, match=rf"boxes\.json, record 1.*{told}"):
        read_boxes(path, given)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,x,y\n1,2,3\n", r"boxes\.csv: has no column file_name, height, width"),
        ("", r"boxes\.csv: has no column"),
        ("file_name,x,y,width,height\nwalk/b.jpg,1,2,3\n", r"boxes\.csv, line 2: .*numbers"),
        ("file_name,x,y,width,height\nwalk/b.jpg,1,2,a,4\n", r"boxes\.csv, line 2: .*numbers"),
        ("file_name,x,y,width,height\nc.jpg,1,2,3,4\n", r"boxes\.csv, line 2: picture c\.jpg"),
        ("file_name,x,y,width,height\n,1,2,3,4\n", r"boxes\.csv, line 2: names no picture"),
    ],
)
def test_a_broken_line_is_told_with_file_and_line(text, told, given, as_csv):
    with pytest.raises(PredictionError, match=told):
        read_boxes(as_csv(text), given)


def test_a_missing_table_is_told(given, tmp_path):
    with pytest.raises(PredictionError, match=r"none\.csv: cannot be read.*No such file"):
        read_boxes(tmp_path / "none.csv", given)
