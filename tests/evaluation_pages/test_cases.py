import numpy as np
import pytest

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import PictureError
from vitpose_plus.evaluation.taxonomy import Kind
from vitpose_plus.evaluation_pages.cases import (
    describe_mistakes,
    draw_case,
    first_of_each,
    scenes,
    worst_cases,
)
from vitpose_plus.evaluation_pages.measured import measure_task
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]


def kinds_of(**named):
    kinds = np.full(17, Kind.GOOD)
    for name, kind in named.items():
        kinds[COCO.index(name)] = kind
    return kinds


def test_mistakes_are_named_the_gravest_first():
    kinds = kinds_of(nose=Kind.JITTER, left_knee=Kind.SWAP, left_hip=Kind.SWAP)
    assert describe_mistakes(kinds, COCO) == "swap: left hip, left knee; jitter: nose"


def test_many_mistakes_are_counted():
    kinds = np.full(17, Kind.MISS)
    assert describe_mistakes(kinds, COCO) == "misses: 17 keypoints"


def test_a_perfect_pose_has_no_mistake():
    assert describe_mistakes(kinds_of(nose=Kind.UNLABELLED), COCO) == "no mistake"


@pytest.fixture
def task(make_evaluation):
    return measure_task(make_evaluation(away=20))


def test_the_lowest_come_first_and_none_is_shown_twice(task):
    galleries = worst_cases(task)
    assert galleries[0].title == "Lowest OKS"
    shown = [float(case.figure.split()[1]) for case in galleries[0].cases]
    expected = np.sort(task.figures.of_instances)[: len(shown)]
    assert shown == pytest.approx(expected, abs=0.006)
    names = [case.name for gallery in galleries for case in gallery.cases]
    assert len(set(names)) == len(names) == 9


def test_of_the_frames_of_a_video_one_is_shown(make_evaluation):
    rows = make_evaluation().split.table.rows
    place = rows.schema.get_field_index("video_id")
    frames = rows.set_column(place, rows.schema.field(place), [["a", "b", "a"] * 3])
    scene = scenes(AnnotationTable(frames))
    assert first_of_each([2, 5, 1, 4, 0], scene, 6) == [2, 1]
    assert first_of_each([2, 5, 1, 4, 0], scene, 1) == [2]
    assert first_of_each([2, 5, 1], scenes(AnnotationTable(rows)), 6) == [2, 5, 1]


def test_a_case_tells_its_figure_and_its_picture(task):
    case = draw_case(task, 4)
    assert case.name == "coco-4, 1.png"
    assert case.figure == f"OKS {task.figures.of_instances[4]:.2f}"
    assert case.source.startswith("data:image/jpeg;base64,")


def test_a_missing_picture_is_an_error(task):
    (task.evaluation.split.images / "1.png").unlink()
    with pytest.raises(PictureError, match=r"1\.png does not exist"):
        draw_case(task, 4)
