import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.results_json import official_id, read_results, write_results
from vitpose_plus.skeletons import SKELETONS

COCO, WHOLEBODY = SKELETONS["coco"], SKELETONS["coco_wholebody"]


def some(names, skeleton=COCO):
    rng = np.random.default_rng(0)
    shape = (len(names), len(skeleton))
    return Results(
        np.array(names, object),
        rng.uniform(-5, 900, (*shape, 2)).astype(np.float32),
        rng.uniform(0, 1, shape).astype(np.float32),
        rng.uniform(0, 1, len(names)),
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new folder" / "results.json"


def broken(path, change):
    """The error of a file after a change to its list of records."""
    write_results(path, some(["7", "7", "8"]), COCO)
    records = json.loads(path.read_text())
    change(records)
    path.write_text(json.dumps(records))
    with pytest.raises(PredictionError) as error:
        read_results(path, COCO, {"7", "8"})
    assert str(path) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("skeleton", [COCO, WHOLEBODY], ids=lambda s: s.name)
def test_what_is_written_is_read_back(path, skeleton):
    given = some(["397133", "0a3f", "397133"], skeleton)
    write_results(path, given, skeleton)
    found = read_results(path, skeleton)
    assert found.image_id.tolist() == given.image_id.tolist()
    np.testing.assert_allclose(found.keypoints, given.keypoints, atol=0.00051)
    np.testing.assert_allclose(found.scores, given.scores, atol=0.00000051)
    assert (found.score == given.score).all()
    assert list(path.parent.iterdir()) == [path]


def test_pycocotools_reads_it(path):
    from pycocotools.coco import COCO as Reader

    write_results(path, some(["1", "2"]), COCO)
    reader = Reader()
    reader.dataset = {"images": [{"id": 1}, {"id": 2}], "info": {}, "categories": []}
    reader.createIndex()
    found = reader.loadRes(str(path))
    assert [found.anns[i]["image_id"] for i in (1, 2)] == [1, 2]
    assert len(found.anns[2]["keypoints"]) == 51


def test_a_record_holds_what_cocos_server_takes_and_no_more(path):
    given = some(["397133"])
    write_results(path, given, COCO)
    (record,) = json.loads(path.read_text())
    assert list(record) == ["image_id", "category_id", "keypoints", "score"]
    assert (record["image_id"], record["category_id"]) == (397133, 1)
    assert len(record["keypoints"]) == 51
    assert record["keypoints"][:2] == pytest.approx(given.keypoints[0, 0], abs=1e-3)
    assert record["keypoints"][2] == pytest.approx(given.scores[0, 0], abs=1e-3)


def test_whole_bodys_parts_have_fields_of_their_own(path):
    given = some(["1"], WHOLEBODY)
    write_results(path, given, WHOLEBODY)
    (record,) = json.loads(path.read_text())
    sizes = {"keypoints": 17, "foot_kpts": 6, "face_kpts": 68}
    sizes |= {"lefthand_kpts": 21, "righthand_kpts": 21}
    assert {field: len(record[field]) for field in sizes} == {f: 3 * n for f, n in sizes.items()}
    face = given.keypoints[0, WHOLEBODY.index("face-0")]
    assert record["face_kpts"][:2] == pytest.approx(face, abs=1e-3)


def test_no_results_are_an_empty_list(path):
    write_results(path, some([]), COCO)
    assert json.loads(path.read_text()) == []
    assert read_results(path, COCO).keypoints.shape == (0, 17, 2)


@given(st.integers(0, 10**12))
def test_an_id_that_is_a_number_is_official_as_a_number(number):
    assert official_id(str(number)) == number


A_HASH = "d8eeddddcc042544a2570d4c452778b9"  # pragma: allowlist secret


@pytest.mark.parametrize("name", ["", "007", "1e5", "-3", "٣", A_HASH])
def test_any_other_id_stays_text(name):
    assert official_id(name) == name


def test_a_missing_file_is_told(path):
    with pytest.raises(PredictionError, match=r"results.json: cannot be read: No such file"):
        read_results(path, COCO)


def test_json_that_was_cut_short_is_told(path):
    write_results(path, some(["7"]), COCO)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(PredictionError, match=r"results.json: broken JSON: .* cut short"):
        read_results(path, COCO)


def test_nan_is_told_with_its_record(path):
    message = broken(path, lambda records: records[1].update(score=float("nan")))
    assert "record 1: a keypoint or score is NaN or infinite" in message


def test_a_number_of_keypoints_that_does_not_fit_is_told(path):
    message = broken(path, lambda records: records[1]["keypoints"].pop())
    assert "record 1: keypoints holds 50 numbers, 17 keypoints have 51" in message


def test_a_value_of_another_type_is_told_with_its_place(path):
    message = broken(path, lambda records: records[1].update(score="high"))
    assert "record 1, score: Expected `float`, got `str`" in message


def test_a_missing_field_is_told(path):
    message = broken(path, lambda records: records[1].pop("score"))
    assert "record 1: Object missing required field `score`" in message


def test_a_picture_of_another_split_is_told(path):
    message = broken(path, lambda records: records[1].update(image_id=9))
    assert "record 1: picture 9 is not among the split's, as in 1 records" in message


def test_a_record_that_stands_there_twice_is_told(path):
    message = broken(path, lambda records: records.append(records[1]))
    assert "record 3: repeats record 1" in message


def test_another_kind_of_file_is_told(path):
    path.parent.mkdir()
    path.write_text('{"annotations": []}')
    with pytest.raises(PredictionError, match=r"Expected `array`, got `object`.*should be a list"):
        read_results(path, COCO)
