from pathlib import Path

import numpy as np
import pytest

from vitpose_plus.datasets.readers import READERS
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.skeletons import SKELETONS, Skeleton
from vitpose_plus.validation.sides import ENOUGH, Sides, tells_sides

COCO = SKELETONS["coco"]
MINI = Path(__file__).resolve().parents[2] / "../shared/data/coco_mini/annotations"


def counted(table: AnnotationTable, skeleton: Skeleton = COCO) -> dict[str, float]:
    sides = Sides.of(skeleton)
    sides.add(table)
    shares = dict(zip(skeleton.keypoints, sides.shares().tolist(), strict=True))
    return {name: share for name, share in shares.items() if not np.isnan(share)}


def facing(count: int, *, mirrored: bool = False, eyes: int = 2) -> AnnotationTable:
    """People whose left is on the right of the picture, as one sees a person who looks back."""
    x = np.full(17, 50.0)
    for left, right in COCO.twins:
        x[COCO.index(left)], x[COCO.index(right)] = (40, 60) if mirrored else (60, 40)
    visibility = np.full(17, 2, np.uint8)
    visibility[[COCO.index("left_eye"), COCO.index("right_eye")]] = eyes
    row = Instance(
        image_id="i",
        instance_id="0",
        file_name="0.jpg",
        bbox=(0, 0, 99, 99),
        keypoints=np.stack([x, x], axis=1),
        visibility=visibility,
        source="f",
        area=1.0,
        width=100,
        height=100,
    )
    return build_table("d", "s", [row] * count)


def test_people_who_face_us_have_their_left_on_the_right() -> None:
    shares = counted(facing(ENOUGH))
    assert shares == {left: 0.0 for left, _ in COCO.twins}


def test_a_swapped_set_shows_in_every_pair() -> None:
    shares = counted(facing(ENOUGH, mirrored=True))
    assert shares == {left: 1.0 for left, _ in COCO.twins}


def test_the_numbered_points_of_a_face_have_no_side() -> None:
    whole = SKELETONS["coco_wholebody"]
    counts = Sides.of(whole)
    assert {whole.keypoints[left].split("_")[0] for left, _ in counts.twins.tolist()} == {"left"}
    assert len(counts.twins) < len(whole.twins)


def test_too_few_people_say_nothing() -> None:
    assert counted(facing(ENOUGH - 1)) == {}


def test_people_of_whom_the_eyes_are_hidden_do_not_count() -> None:
    assert counted(facing(ENOUGH, eyes=1)) == {}


def test_a_skeleton_without_eyes_says_nothing() -> None:
    assert tells_sides(COCO)
    assert not tells_sides(SKELETONS["mpii"])
    assert not counted(facing(ENOUGH), SKELETONS["mpii"])


def test_real_people_are_not_taken_for_swapped_and_swapped_ones_are() -> None:
    files = [MINI / f"person_keypoints_{part}2017.json" for part in ("train", "val")]
    if not all(file.is_file() for file in files):
        pytest.skip("the shared data are absent")
    instances = [
        instance
        for file in files
        for instance in READERS["coco"](SplitSource(annotations=file, images=MINI), COCO).instances
    ]
    shares = counted(build_table("d", "s", instances))
    assert {"left_eye", "left_shoulder", "left_hip"} <= set(shares)
    assert max(shares.values()) < 0.3
    for instance in instances:
        instance.keypoints = instance.keypoints[COCO.flip_index()]
        instance.visibility = instance.visibility[COCO.flip_index()]
    assert min(counted(build_table("d", "s", instances)).values()) > 0.7
