from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO as CocoApi

from vitpose_plus.datasets.readers.coco import read_coco
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import SKELETONS, Skeleton

Write = Callable[..., SplitSource]


@pytest.mark.parametrize("part", ["train", "val"])
def test_real_coco_reads_as_pycocotools_reads_it(real: Path, part: str) -> None:
    path = real / f"coco_mini/annotations/person_keypoints_{part}2017.json"
    reading = read_coco(SplitSource(annotations=path, images=real), SKELETONS["coco"])
    api = CocoApi(str(path))
    assert len(reading.instances) == len(api.anns)
    assert not reading.skipped
    for instance in reading.instances:
        annotation = api.anns[int(instance.instance_id)]
        image = api.imgs[annotation["image_id"]]
        expected = np.array(annotation["keypoints"]).reshape(-1, 3)
        assert np.array_equal(instance.visibility, expected[:, 2])
        labelled = expected[:, 2] > 0
        assert np.array_equal(instance.keypoints[labelled], expected[labelled, :2])
        assert list(instance.bbox) == annotation["bbox"]
        assert (instance.area, instance.is_crowd) == (annotation["area"], annotation["iscrowd"])
        assert (instance.width, instance.height) == (image["width"], image["height"])
        assert instance.file_name == image["file_name"]


def test_a_record_becomes_an_instance(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    reading = read_coco(split(coco_content), three)
    (instance,) = reading.instances
    assert (instance.image_id, instance.instance_id, instance.category) == ("7", "31", "person")
    assert instance.keypoints.tolist() == [[15, 25], [20, 60], [0, 0]]
    assert instance.visibility.tolist() == [2, 1, 0]
    assert instance.source == "people.json, annotation 31"
    assert reading.notes == []


def test_without_area_the_box_stands_in_and_says_so(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    del coco_content["annotations"][0]["area"]
    del coco_content["annotations"][0]["iscrowd"]
    reading = read_coco(split(coco_content), three)
    assert reading.instances[0].area == pytest.approx(0.53 * 40 * 50)
    assert reading.instances[0].is_crowd is False
    assert "1 of 1 annotations have no area" in reading.notes[0]


def test_pictures_without_a_person_are_counted(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["images"].append({"id": 8, "file_name": "b.jpg"})
    notes = read_coco(split(coco_content), three).notes
    assert notes == ["people.json: 1 pictures without a row are not looked at"]


def test_a_size_that_the_file_does_not_say_is_left_open(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["images"][0] = {"id": 7, "file_name": "sub\\a.jpg"}
    (instance,) = read_coco(split(coco_content), three).instances
    assert (instance.width, instance.height) == (None, None)
    assert instance.file_name == "sub/a.jpg"


@pytest.mark.parametrize("key", ["id", "image_id", "category_id", "bbox", "keypoints"])
def test_a_missing_key_is_an_error_that_names_it(
    coco_content: dict[str, Any], split: Write, three: Skeleton, key: str
) -> None:
    del coco_content["annotations"][0][key]
    with pytest.raises(AnnotationError, match=f"people.json, annotation .*'{key}' is missing"):
        read_coco(split(coco_content), three)


def test_keypoints_of_another_length_name_the_record(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["annotations"][0]["keypoints"] += [1, 1, 2]
    with pytest.raises(AnnotationError, match=r"annotation 31: keypoints holds 12 numbers; 3 "):
        read_coco(split(coco_content), three)


def test_an_annotation_of_an_unknown_picture_is_an_error(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["annotations"][0]["image_id"] = 99
    with pytest.raises(AnnotationError, match="annotation 31: image_id 99 is not among"):
        read_coco(split(coco_content), three)


def test_real_conversions_of_other_sets_read(real: Path) -> None:
    mini = real / "real_mini"
    found = {
        name: read_coco(
            SplitSource(annotations=mini / name / f"test_{name}.json", images=mini / name),
            SKELETONS[skeleton],
        )
        for name, skeleton in {"aic": "aic", "ochuman": "coco"}.items()
    }
    assert {name: len(reading.instances) for name, reading in found.items()} == {
        "aic": 9,
        "ochuman": 5,
    }


@pytest.mark.parametrize(
    ("part", "key", "value", "named"),
    [
        ("images", "id", [7], "image number 1 of the file: id "),
        ("images", "width", float("nan"), "image 7: width nan"),
        ("images", "width", 1e12, "image 7: width 1e"),
        ("images", "height", "tall", "image 7: height "),
        ("categories", "id", {}, "category number 1 of the file: id "),
        ("categories", "keypoints", 17, "category 'person': 'keypoints' should be a list"),
        ("categories", "keypoints", [["nose"], "b", "c"], r"category 'person': .*number 0 is \['n"),
        ("annotations", "image_id", [7], "annotation 31: image_id "),
        ("annotations", "category_id", [1], "annotation 31: category_id "),
        ("annotations", "keypoints", 5, "annotation 31: keypoints "),
        ("annotations", "bbox", {"x": 1}, "annotation 31: bbox "),
        ("annotations", "area", 10**400, "annotation 31: area "),
        ("annotations", "iscrowd", "0", "annotation 31: iscrowd should be 0 or 1, found '0'"),
        ("images", "file_name", "../a.jpg", "annotation 31: picture '../a.jpg' .* relative to"),
        ("images", "file_name", "D:\\a.jpg", "annotation 31: picture 'D:/a.jpg' .* relative to"),
    ],
)
def test_a_value_of_a_wrong_kind_is_told_with_its_record(
    coco_content: dict[str, Any],
    split: Write,
    three: Skeleton,
    part: str,
    key: str,
    value: Any,
    named: str,
) -> None:
    coco_content[part][0][key] = value
    with pytest.raises(AnnotationError, match=f"people.json, {named}"):
        read_coco(split(coco_content), three)
