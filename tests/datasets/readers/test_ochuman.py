import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.readers.coco import read_coco
from vitpose_plus.datasets.readers.ochuman import read_ochuman
from vitpose_plus.datasets.reading import Reading
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.skeletons import SKELETONS, Skeleton

Write = Callable[..., SplitSource]
COCO = SKELETONS["coco"]
NAMES = ["nose", "head", "left_hand", "right_hand"]
CODES = {"missing": 0, "vis": 1, "self_occluded": 2, "others_occluded": 3}


def person(*, labelled: bool = True, cut_out: bool = True, max_iou: float = 0.6) -> dict[str, Any]:
    return {
        "bbox": [10, 20, 50, 70],
        "keypoints": [15, 25, 1, 16, 21, 1, 20, 60, 3, 40, 60, 0] if labelled else None,
        "segms": {"outer": [[1, 2, 3]], "inner": [], "height": 80, "width": 100}
        if cut_out
        else None,
        "max_iou": max_iou,
    }


def official(*pictures: list[dict[str, Any]]) -> dict[str, Any]:
    """An official file: each picture's people."""
    return {
        "keypoint_names": NAMES,
        "keypoint_visible": CODES,
        "images": [
            {
                "image_id": f"{i:06}",
                "file_name": f"{i:06}.jpg",
                "width": 100,
                "height": 80,
                "annotations": people,
            }
            for i, people in enumerate(pictures)
        ],
    }


def ids(reading: Reading) -> list[str]:
    return [row.instance_id for row in reading.instances]


def test_a_person_becomes_a_row(split: Write, three: Skeleton) -> None:
    (row,) = read_ochuman(split(official([person()])), three).instances
    assert (row.image_id, row.instance_id, row.file_name) == ("000000", "000000/1", "000000.jpg")
    assert row.bbox == (10, 20, 40, 50)
    assert row.area == 40 * 50
    assert (row.width, row.height, row.is_crowd) == (100, 80, False)
    assert row.keypoints.tolist() == [[15, 25], [20, 60], [0, 0]]
    assert row.visibility.tolist() == [2, 1, 0]
    assert row.source == "people.json, image 000000, person 1"


def test_real_people_read_as_their_official_conversion_does(real: Path, split: Write) -> None:
    """The conversion, written back in the official layout: shuffled names, corners, codes."""
    path = real / "real_mini/ochuman/test_ochuman.json"
    conversion = json.loads(path.read_text())
    order = np.random.default_rng(0).permutation(17)
    back = {0: 0, 1: 3, 2: 1}

    def unconverted(record: dict[str, Any]) -> dict[str, Any]:
        x, y, width, height = record["bbox"]
        triples = np.array(record["keypoints"]).reshape(17, 3)[order]
        triples[:, 2] = [back[int(v)] for v in triples[:, 2]]
        corners = [x, y, x + width, y + height]
        keypoints = [*triples.ravel().tolist(), 7.0, 7.0, 1.0]
        return person() | {"bbox": corners, "keypoints": keypoints}

    content = official() | {"keypoint_names": [*(COCO.keypoints[i] for i in order), "head"]}
    content["images"] = [
        {**image, "image_id": image["id"]}
        | {
            "annotations": [
                unconverted(record)
                for record in conversion["annotations"]
                if record["image_id"] == image["id"]
            ]
        }
        for image in conversion["images"]
    ]
    found = read_ochuman(split(content, part="val"), COCO).instances
    expected = read_coco(SplitSource(annotations=path, images=path.parent), COCO).instances
    assert len(found) == len(expected) == 5
    for ours, theirs in zip(found, expected, strict=True):
        assert np.array_equal(ours.keypoints, theirs.keypoints)
        assert np.array_equal(ours.visibility, theirs.visibility)
        assert (ours.bbox, ours.area) == (theirs.bbox, theirs.area)
        assert (ours.file_name, ours.width, ours.height) == (
            theirs.file_name,
            theirs.width,
            theirs.height,
        )


def test_people_without_keypoints_are_skipped_and_counted(split: Write, three: Skeleton) -> None:
    content = official([person(labelled=False), person()], [person(cut_out=False)])
    reading = read_ochuman(split(content), three)
    assert ids(reading) == ["000000/2", "000001/1"]
    assert reading.skipped == [("people.json, image 000000, person 1", "person without keypoints")]


def test_val_is_the_first_2500_pictures_and_test_the_rest(split: Write, three: Skeleton) -> None:
    whole = [[person()]] * 2503
    content = official(*whole[:10], [person(cut_out=False)], *whole[10:])
    val, test = (read_ochuman(split(content, part=part), three) for part in ("val", "test"))
    assert (len(val.instances), len(test.instances)) == (2500, 3)
    assert ids(test) == ["002501/1", "002502/1", "002503/1"]
    assert val.notes[-1] == "people.json: 3 people belong to part test"
    assert test.notes[-1] == "people.json: 2500 people belong to part val"
    for reading in (val, test):
        ((source, reason),) = reading.skipped
        assert source == "people.json, image 000010, person 1"
        assert reason == "in a picture without segmentations, which stands in neither val nor test"


def test_the_parts_leave_out_people_without_segmentation(split: Write, three: Skeleton) -> None:
    others = [[person()]] * 2499
    first, last = [person(cut_out=False), person()], [person(), person(labelled=False)]
    content = official(first, *others, last)
    val = read_ochuman(split(content, part="val"), three)
    test = read_ochuman(split(content, part="test"), three)
    assert ids(val)[:2] == ["000000/2", "000001/1"]
    assert ids(test) == ["002500/1"]
    assert [reason for _, reason in val.skipped] == [
        "person without segmentation: in neither val nor test"
    ]
    assert [reason for _, reason in test.skipped] == ["person without keypoints"]


def test_how_many_overlap_is_noted(split: Write, three: Skeleton) -> None:
    overlaps = [0.2, 0.5, 0.74, 0.75, 1.0]
    content = official([person(max_iou=overlap) for overlap in overlaps])
    (note,) = read_ochuman(split(content), three).notes
    assert "of 5 people, 2 overlap another one moderately" in note
    assert "2 heavily" in note


def test_there_is_no_training_part(split: Write, three: Skeleton) -> None:
    with pytest.raises(ConfigurationError, match="no part train: val or test"):
        read_ochuman(split(official([person()]), part="train"), three)


def test_the_conversion_is_sent_to_layout_coco(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    with pytest.raises(AnnotationError, match=r"people.json: .*layout: coco"):
        read_ochuman(split(coco_content), three)


@pytest.mark.parametrize("key", ["keypoint_names", "keypoint_visible", "images"])
def test_a_missing_part_of_the_file_is_named(split: Write, three: Skeleton, key: str) -> None:
    content = official([person()])
    del content[key]
    with pytest.raises(AnnotationError, match=f"people.json: key '{key}' is missing"):
        read_ochuman(split(content), three)


@pytest.mark.parametrize("key", ["image_id", "annotations", "file_name", "width"])
def test_a_missing_key_of_a_picture_is_named(split: Write, three: Skeleton, key: str) -> None:
    content = official([person()])
    del content["images"][0][key]
    with pytest.raises(AnnotationError, match=f"people.json, image .*'{key}' is missing"):
        read_ochuman(split(content), three)


@pytest.mark.parametrize("key", ["bbox", "max_iou"])
def test_a_missing_key_of_a_person_is_named(split: Write, three: Skeleton, key: str) -> None:
    content = official([person()])
    del content["images"][0]["annotations"][0][key]
    with pytest.raises(AnnotationError, match=f"image 000000, person 1: key '{key}' is missing"):
        read_ochuman(split(content), three)


@pytest.mark.parametrize("people", [5, [[1]], ["me"], {"me": 1}])
def test_people_of_a_wrong_kind_are_told_with_their_picture(
    split: Write, three: Skeleton, people: Any
) -> None:
    with pytest.raises(AnnotationError, match=r"people.json, image number 2 of the file: "):
        read_ochuman(split(official([person()], people)), three)


def test_a_persons_value_of_a_wrong_kind_is_told(split: Write, three: Skeleton) -> None:
    with pytest.raises(AnnotationError, match=r"people.json, image 000000, person 1: bbox "):
        read_ochuman(split(official([person() | {"bbox": 5}])), three)


@pytest.mark.parametrize(("key", "value"), [("keypoint_names", 17), ("keypoint_visible", [1])])
def test_names_of_a_wrong_kind_are_told(
    split: Write, three: Skeleton, key: str, value: Any
) -> None:
    with pytest.raises(AnnotationError, match=r"people.json"):
        read_ochuman(split(official([person()]) | {key: value}), three)
