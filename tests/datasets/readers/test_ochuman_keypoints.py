from typing import Any

import pytest

from vitpose_plus.datasets.readers.ochuman_keypoints import keypoint_form
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton


@pytest.fixture
def content() -> dict[str, Any]:
    """Keypoints in another order than `three`, one more, and codes unlike the official ones."""
    return {
        "keypoint_names": ["right_hand", "neck", "nose", "left_hand"],
        "keypoint_visible": {
            "missing": 9,
            "vis": 4,
            "self_occluded": 5,
            "others_occluded": 6,
        },
    }


def test_keypoints_go_by_name_and_visibility_by_the_files_codes(
    content: dict[str, Any], three: Skeleton
) -> None:
    form = keypoint_form(content, three, "o.json")
    points, visibility = form.read([1, 2, 6, 3, 4, 4, 5, 6, 5, 7, 8, 9], "o.json, person 1")
    assert points.tolist() == [[5, 6], [0, 0], [1, 2]]
    assert visibility.tolist() == [2, 0, 1]


def test_a_code_that_the_file_does_not_explain_is_named(
    content: dict[str, Any], three: Skeleton
) -> None:
    form = keypoint_form(content, three, "o.json")
    with pytest.raises(AnnotationError, match="person 1: visibility 2 is none of the file's 9, 4"):
        form.read([1, 2, 2, 3, 4, 4, 5, 6, 5, 7, 8, 9], "o.json, person 1")
    with pytest.raises(AnnotationError, match="holds 9 numbers; 4 keypoints need 12"):
        form.read([1, 2, 2, 3, 4, 4, 5, 6, 5], "o.json, person 1")


def test_a_keypoint_that_the_file_lacks_is_named(content: dict[str, Any], three: Skeleton) -> None:
    content["keypoint_names"].remove("nose")
    with pytest.raises(AnnotationError, match=r"o.json: keypoint_names lacks nose of skeleton"):
        keypoint_form(content, three, "o.json")


@pytest.mark.parametrize("kind", ["missing", "vis", "self_occluded", "others_occluded"])
def test_a_missing_kind_of_visibility_is_named(
    content: dict[str, Any], three: Skeleton, kind: str
) -> None:
    del content["keypoint_visible"][kind]
    with pytest.raises(AnnotationError, match=f"o.json, keypoint_visible: key '{kind}' is missing"):
        keypoint_form(content, three, "o.json")
