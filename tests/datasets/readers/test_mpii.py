import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from vitpose_plus.datasets.readers.mpii import read_mpii
from vitpose_plus.datasets.readers.mpii_json import read_mpii_json
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Reading
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.skeletons import SKELETONS

MPII = SKELETONS["mpii"]
NOTHING = np.zeros((0, 0))
HEAD = {"x1": 30.0, "y1": 10.0, "x2": 60.0, "y2": 50.0}


def struct_array(records: list[dict[str, Any]]) -> np.ndarray:
    """A MATLAB struct array: all elements have all fields, unset ones are []."""
    fields = list(dict.fromkeys(key for record in records for key in record))
    array = np.empty((1, len(records)), dtype=[(field, object) for field in fields])
    for i, record in enumerate(records):
        for field in fields:
            array[0, i][field] = record.get(field, NOTHING)
    return array


def person(points: list[dict[str, Any]] | None, **fields: Any) -> dict[str, Any]:
    annopoints = NOTHING if points is None else {"point": struct_array(points)}
    place = {"scale": 1.5, "objpos": {"x": 101.0, "y": 201.0}}
    return HEAD | place | {"annopoints": annopoints} | fields


def write_release(
    folder: Path, pictures: list[Any], *, img_train: list[int] | None = None
) -> SplitSource:
    """`pictures`: what stands in each picture's annorect."""
    annolist = struct_array(
        [
            {"image": {"name": f"{i:03}.jpg"}, "annorect": rects, "vidx": i, "frame_sec": 3}
            for i, rects in enumerate(pictures, start=1)
        ]
    )
    flags = np.array(img_train or [1] * len(pictures), dtype=np.uint8)
    release = {"annolist": annolist, "img_train": flags, "version": "12"}
    savemat(folder / "mpii.mat", {"RELEASE": release})
    return SplitSource(annotations=folder / "mpii.mat", images=folder)


def with_tompson_list(split: SplitSource, part: str, pairs: list[tuple[int, int]]) -> SplitSource:
    path = split.images / "detections.mat"
    images, people = zip(*pairs, strict=True)
    savemat(path, {"RELEASE_img_index": np.array(images), "RELEASE_person_index": np.array(people)})
    return SplitSource(
        annotations=split.annotations, images=split.images, part=part, tompson_list=path
    )


def ids(reading: Reading) -> list[str]:
    return [instance.instance_id for instance in reading.instances]


def test_one_person_is_read_from_matlabs_base_one(tmp_path: Path) -> None:
    points = [{"x": 41.0, "y": 61.0, "id": 9, "is_visible": 1}]
    (instance,) = read_mpii(write_release(tmp_path, [person(points)]), MPII).instances
    top = MPII.index("head_top")
    assert instance.keypoints[top].tolist() == [40, 60]
    assert instance.visibility.sum() == instance.visibility[top] == 2
    # A square of 200 x scale around (objpos.x, objpos.y + 15 x scale), one less each.
    assert instance.bbox == pytest.approx((100 - 150, 200 + 22.5 - 150, 300, 300))
    assert instance.head_size == pytest.approx(0.6 * 50)
    assert (instance.image_id, instance.instance_id, instance.file_name) == (
        "001",
        "001/1",
        "001.jpg",
    )
    assert instance.source == "mpii.mat, picture 001.jpg, person 1"


@pytest.mark.parametrize(
    ("flag", "visibility"),
    [("1", 2), ("0", 1), (1, 2), (0, 1), (NOTHING, 2), (np.array(""), 2)],
)
def test_is_visible_in_every_form(tmp_path: Path, flag: Any, visibility: int) -> None:
    points = [{"x": 5, "y": 6, "id": 2, "is_visible": flag}]
    (instance,) = read_mpii(write_release(tmp_path, [person(points)]), MPII).instances
    assert instance.visibility[2] == visibility


def test_points_without_the_field_is_visible_are_visible(tmp_path: Path) -> None:
    points = [{"x": 5, "y": 6, "id": 12}, {"x": 7, "y": 8, "id": 3}]
    (instance,) = read_mpii(write_release(tmp_path, [person(points)]), MPII).instances
    assert np.flatnonzero(instance.visibility == 2).tolist() == [3, 12]
    assert instance.keypoints[3].tolist() == [6, 7]


def test_one_and_several_people_of_a_picture_read_alike(tmp_path: Path) -> None:
    one = person([{"x": 5, "y": 6, "id": 0}])
    split = write_release(tmp_path, [one, struct_array([one, one, one])])
    assert ids(read_mpii(split, MPII)) == ["001/1", "002/1", "002/2", "002/3"]


def test_people_without_points_or_place_are_skipped_with_the_reason(tmp_path: Path) -> None:
    good = person([{"x": 5, "y": 6, "id": 0}])
    people = struct_array([person(None), good, good | {"objpos": NOTHING}, {"scale": 2.0}])
    reading = read_mpii(write_release(tmp_path, [people]), MPII)
    assert ids(reading) == ["001/2"]
    assert reading.skipped == [
        ("mpii.mat, picture 001.jpg, person 1", "person without annopoints"),
        ("mpii.mat, picture 001.jpg, person 3", "person without scale or objpos"),
        ("mpii.mat, picture 001.jpg, person 4", "person without annopoints"),
    ]


def test_empty_and_test_pictures_are_noted(tmp_path: Path) -> None:
    good = person([{"x": 5, "y": 6, "id": 0}])
    split = write_release(tmp_path, [NOTHING, good, {"scale": 1.0}], img_train=[1, 1, 0])
    reading = read_mpii(split, MPII)
    assert ids(reading) == ["002/1"]
    assert any("1 test pictures" in n and "1 training pictures" in n for n in reading.notes)


def test_a_person_without_a_head_rectangle_has_no_head_size(tmp_path: Path) -> None:
    good = person([{"x": 5, "y": 6, "id": 0}], x1=NOTHING)
    (instance,) = read_mpii(write_release(tmp_path, [good]), MPII).instances
    assert instance.head_size is None


def test_tompsons_list_parts_the_people_and_training_skips_their_neighbours(tmp_path: Path) -> None:
    one = person([{"x": 5, "y": 6, "id": 0}])
    split = write_release(tmp_path, [struct_array([one, one]), struct_array([one, one]), one])
    pairs = [(2, 1), (3, 1)]
    train = read_mpii(with_tompson_list(split, "train", pairs), MPII)
    val = read_mpii(with_tompson_list(split, "val", pairs), MPII)
    assert ids(train) == ["001/1", "001/2"]
    assert ids(val) == ["002/1", "003/1"]
    neighbour = (
        "mpii.mat, picture 002.jpg, person 2",
        "beside validation people, but not in their list",
    )
    assert (train.skipped, val.skipped) == ([neighbour], [])
    assert train.notes[-1] == "mpii.mat: 2 people belong to part val"
    assert val.notes[-1] == "mpii.mat: 2 people belong to part train"


def test_a_part_without_the_list_is_refused(tmp_path: Path) -> None:
    split = SplitSource(annotations=tmp_path / "m.mat", images=tmp_path, part="val")
    with pytest.raises(ConfigurationError, match="part 'val' needs tompson_list"):
        read_mpii(split, MPII)


def test_an_unknown_joint_names_the_person(tmp_path: Path) -> None:
    split = write_release(tmp_path, [person([{"x": 5, "y": 6, "id": 16}])])
    with pytest.raises(AnnotationError, match=r"picture 001\.jpg, person 1: .*id 16"):
        read_mpii(split, MPII)


def test_the_matlab_file_and_the_json_conversion_give_the_same_people(
    tmp_path: Path, real: Path
) -> None:
    path = real / "real_mini/mpii/test_mpii.json"
    pictures = [
        person(
            [
                {"x": float(x), "y": float(y), "id": joint, "is_visible": "1"}
                for joint, ((x, y), flag) in enumerate(
                    zip(record["joints"], record["joints_vis"], strict=True)
                )
                if flag
            ],
            scale=record["scale"],
            objpos=dict(zip("xy", record["center"], strict=True)),
        )
        for record in json.loads(path.read_text())
    ]
    from_mat = read_mpii(write_release(tmp_path, pictures), MPII).instances
    from_json = read_mpii_json(SplitSource(annotations=path, images=real), MPII).instances
    assert len(from_mat) == len(from_json) == 5
    for a, b in zip(from_mat, from_json, strict=True):
        assert a.bbox == pytest.approx(b.bbox)
        assert np.allclose(a.keypoints, b.keypoints)
        assert np.array_equal(a.visibility, b.visibility)


def test_a_joint_that_is_no_number_names_the_person(tmp_path: Path) -> None:
    split = write_release(tmp_path, [person([{"x": 5, "y": 6, "id": np.nan}])])
    with pytest.raises(AnnotationError, match=r"mpii.mat, picture 001.jpg, person 1: "):
        read_mpii(split, MPII)
