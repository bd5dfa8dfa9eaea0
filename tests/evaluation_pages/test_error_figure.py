import numpy as np
import pytest

from vitpose_plus.evaluation.keypoint_figures import KeypointFigures
from vitpose_plus.evaluation_pages.error_figure import (
    error_figure,
    figure_colour,
    mean_by_keypoint,
)
from vitpose_plus.skeletons import SKELETONS


@pytest.mark.parametrize("name", ["coco", "coco_wholebody", "interhand"])
def test_every_keypoint_shows_its_figure_and_the_worse_is_larger(make_evaluation, name):
    task, skeleton = make_evaluation(name), SKELETONS[name]
    value = np.tile(np.linspace(0, 1, len(skeleton)), (9, 1))
    drawn = error_figure(task.split.table, skeleton, KeypointFigures("OKS", "", value, value))
    assert drawn.dots[0].name.endswith(": 0.00")
    assert drawn.dots[-1].name.endswith(": 1.00")
    assert drawn.dots[0].radius > drawn.dots[-1].radius
    assert all(label.name[-4:].replace(".", "").isdigit() for label in drawn.labels)


def test_a_keypoint_that_is_never_measured_is_grey():
    assert figure_colour(np.nan) == "#9a9a9a"
    value = np.array([[np.nan, 1.0], [np.nan, 0.0]])
    means = mean_by_keypoint(KeypointFigures("OKS", "", value, value))
    assert means == pytest.approx([np.nan, 0.5], nan_ok=True)


def test_colours_run_from_red_to_teal():
    red, _, blue = bytes.fromhex(figure_colour(0.0)[1:])
    assert red > 2 * blue
    red, _, blue = bytes.fromhex(figure_colour(1.0)[1:])
    assert blue > 2 * red


def test_without_a_shape_there_is_no_drawing(make_evaluation):
    task = make_evaluation()
    rows = task.split.table.take([])
    empty = KeypointFigures("OKS", "", np.zeros((0, 17)), np.zeros((0, 17)))
    assert error_figure(rows, SKELETONS["coco"], empty) is None
