import json
import logging

import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.prediction import cached_detector
from vitpose_plus.prediction.boxes import WholePictures
from vitpose_plus.prediction.boxes_file import FileBoxes
from vitpose_plus.prediction.choice import BoxChoice, choose_boxes
from vitpose_plus.prediction.sources import find_sources
from vitpose_plus.prediction.subjects import ANIMAL, HAND, PERSON, Subject


@pytest.fixture
def one(draw):
    return find_sources([str(draw("1.jpg"))])


@pytest.fixture(autouse=True)
def _no_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO, "vitpose_plus")
    return lambda: [record.getMessage() for record in caplog.records]


def test_without_a_detector_the_whole_picture_is_the_box_and_that_is_said(one, told):
    boxes = choose_boxes(BoxChoice(), PERSON, one)
    assert isinstance(boxes, WholePictures)
    assert told() == [
        "no detector lies in the local Hugging Face cache, and none is downloaded unasked: each "
        "picture is taken as one box"
    ]


def test_whole_pictures_that_are_asked_for_are_not_said_again(one, told):
    assert isinstance(choose_boxes(BoxChoice(whole=True), PERSON, one), WholePictures)
    assert told() == []


def test_a_detector_finds_what_the_keypoints_belong_to(one, detector, told):
    boxes = choose_boxes(BoxChoice(detector=str(detector), min_score=0.4), ANIMAL, one)
    assert boxes.labels == ("cat", "dog")
    assert told() == [f"boxes by the detector {detector}: cat, dog, score 0.4 or more"]


def test_labels_may_be_named(one, detector):
    choice = BoxChoice(detector=str(detector), labels=("dog",))
    assert choose_boxes(choice, Subject("mouse"), one).labels == ("dog",)


@pytest.fixture
def cache(detector, tmp_path):
    """A Hugging Face cache with the detector, under the name of a published one."""
    name = cached_detector.RT_DETR[0]
    repository = tmp_path / "cache" / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / "abc").symlink_to(detector)


@pytest.mark.usefixtures("cache")
def test_the_caches_detector_is_taken(one, told):
    assert choose_boxes(BoxChoice(), PERSON, one).labels == ("person",)
    assert "boxes by the detector" in told()[0]


@pytest.mark.usefixtures("cache")
def test_hands_are_whole_pictures_even_beside_a_detector(one, told):
    assert isinstance(choose_boxes(BoxChoice(), HAND, one), WholePictures)
    assert told() == [
        "no label of a detector is known for a hand: each picture is taken as one box"
    ]


def test_a_label_that_is_named_and_not_known_is_an_error(one, detector):
    choice = BoxChoice(detector=str(detector), labels=("dog", "unicorn"))
    with pytest.raises(ConfigurationError, match="finds no unicorn, but cat, person, dog"):
        choose_boxes(choice, PERSON, one)


def test_of_unknown_keypoints_it_is_said_that_no_label_is_known(one, detector, told):
    assert isinstance(choose_boxes(BoxChoice(), Subject("mouse"), one), WholePictures)
    assert told()[0].startswith("no label of a detector is known for a mouse")
    with pytest.raises(ConfigurationError, match=r"name those to find \(--labels\)"):
        choose_boxes(BoxChoice(detector=str(detector)), Subject("mouse"), one)


def test_a_file_of_boxes_is_read_and_its_kind_said(one, tmp_path, told):
    record = {"bbox": [1, 2, 3, 4], "file_name": "1.jpg", "score": 0.5}
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps([record | {"category_id": 1}, record | {"category_id": 18}]))
    boxes = choose_boxes(BoxChoice(file=path), PERSON, one)
    assert isinstance(boxes, FileBoxes)
    assert told() == [
        f"boxes of {path}: a detector's, as they have scores",
        "1 boxes of other categories left out",
    ]


def test_a_file_of_boxes_says_nothing_of_videos(film, tmp_path):
    with pytest.raises(ConfigurationError, match=r"clip\.mp4 is a video"):
        choose_boxes(BoxChoice(file=tmp_path / "b.json"), PERSON, find_sources([str(film())]))


@pytest.mark.parametrize(
    "several", [{"whole": True, "detector": "d"}, {"detector": "d", "file": "b.json"}]
)
def test_choices_that_contradict_each_other_are_refused(several, one):
    with pytest.raises(ConfigurationError, match="choose one"):
        choose_boxes(BoxChoice(**several), PERSON, one)
