from collections.abc import Callable
from typing import Any

import pytest

from vitpose_plus.datasets.readers.coco_file import check_categories, open_coco
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton

Write = Callable[..., SplitSource]


def check(content: dict[str, Any], split: Write, skeleton: Skeleton) -> list[str]:
    file = open_coco(split(content).annotations)
    return check_categories(file, skeleton, counts=(len(skeleton),))


def test_another_number_of_keypoints_names_category_and_both_counts(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["categories"][0]["keypoints"].append("tail")
    with pytest.raises(AnnotationError) as error:
        check(coco_content, split, three)
    message = str(error.value)
    assert "people.json, category 'person': lists 4 keypoints" in message
    assert "skeleton 'three' has 3" in message
    assert ".yml" in message


def test_the_same_names_in_another_order_are_an_error(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["categories"][0]["keypoints"] = ["nose", "right_hand", "left_hand"]
    with pytest.raises(AnnotationError, match="number 1 is 'right_hand', the skeleton has 'left_h"):
        check(coco_content, split, three)


def test_another_spelling_passes_without_a_note(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["categories"][0]["keypoints"] = ["Nose", "Left Hand", "right-hand"]
    assert check(coco_content, split, three) == []


def test_foreign_names_pass_with_a_note(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["categories"][0]["keypoints"] = ["n", "l", "r"]
    (note,) = check(coco_content, split, three)
    assert "differ from skeleton 'three' in person; read by their position" in note


def test_a_category_need_not_list_keypoints(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    del coco_content["categories"][0]["keypoints"]
    assert check(coco_content, split, three) == []


def test_two_pictures_of_one_id_are_an_error(coco_content: dict[str, Any], split: Write) -> None:
    coco_content["images"] *= 2
    with pytest.raises(AnnotationError, match="image id 7 stands twice"):
        open_coco(split(coco_content).annotations)


@pytest.mark.parametrize("key", ["images", "categories", "annotations"])
def test_a_missing_list_is_told(coco_content: dict[str, Any], split: Write, key: str) -> None:
    del coco_content[key]
    with pytest.raises(AnnotationError, match=f"people.json: key '{key}' is missing"):
        open_coco(split(coco_content).annotations)
