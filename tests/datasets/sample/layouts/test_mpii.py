from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat


@pytest.fixture(scope="module")
def release(sample: Path) -> np.void:
    return loadmat(sample / "mpii/mpii_human_pose_v1_u12_1.mat")["RELEASE"][0, 0]


def rectangles(release: np.void) -> list[np.void]:
    """All entries of all annorects."""
    pictures = release["annolist"][0]
    return [rect for picture in pictures for rect in picture["annorect"].ravel()]


def test_the_lists_have_one_entry_a_picture(sample: Path, release: np.void):
    count = len(list((sample / "mpii/images").iterdir()))
    assert release["annolist"].shape == release["img_train"].shape == (1, count)
    assert release["single_person"].shape == (count, 1)
    assert release["img_train"].sum() == 42 < count


def test_points_carry_ids_once_and_is_visible_in_all_its_forms(release: np.void):
    forms = set()
    for rect in rectangles(release):
        if "annopoints" not in rect.dtype.names or not rect["annopoints"].size:
            continue
        points = rect["annopoints"][0, 0]["point"][0]
        ids = [int(point["id"][0, 0]) for point in points]
        assert len(set(ids)) == len(ids)
        assert set(ids) <= set(range(16))
        if "is_visible" not in points.dtype.names:
            forms.add("absent")
            continue
        for flag in points["is_visible"]:
            forms.add(flag.dtype.kind if flag.size else "empty")
    assert {"i", "U", "empty", "absent"} <= forms


def test_test_pictures_have_places_without_points(release: np.void):
    tests = np.flatnonzero(release["img_train"][0] == 0)
    for index in tests:
        for rect in release["annolist"][0, index]["annorect"].ravel():
            assert set(rect.dtype.names) == {"scale", "objpos"}


def test_the_validation_list_names_annotated_people_by_numbers_from_one(
    sample: Path, release: np.void
):
    lists = loadmat(sample / "mpii/detections.mat")
    pictures, people = lists["RELEASE_img_index"], lists["RELEASE_person_index"]
    assert pictures.shape == people.shape
    assert pictures.shape[0] == 1
    assert set(pictures[0]) <= set(range(31, 43))
    for picture, person in zip(pictures[0], people[0], strict=True):
        rect = release["annolist"][0, int(picture) - 1]["annorect"][0, int(person) - 1]
        assert rect["annopoints"].size


def test_a_head_is_about_a_sixth_of_the_height(release: np.void):
    ratios = [
        float(rect["y2"][0, 0] - rect["y1"][0, 0]) / (200 * float(rect["scale"][0, 0]))
        for rect in rectangles(release)
        if "x1" in rect.dtype.names and rect["x1"].size
    ]
    assert 0.1 < np.median(ratios) < 0.25
