import numpy as np
import pytest

from vitpose_plus.inference.skeleton_figure import LINE, WIDTH, skeleton_figure
from vitpose_plus.skeletons import SKELETONS


@pytest.mark.parametrize("name", SKELETONS)
def test_names_neither_overlap_nor_leave_the_drawing(name):
    skeleton = SKELETONS[name]
    pose = np.random.default_rng(0).normal(size=(len(skeleton), 2))
    figure = skeleton_figure(pose, skeleton)
    for side in ("left", "right"):
        places = [label.place[1] for label in figure.labels if label.side == side]
        assert np.diff(places).min(initial=LINE) >= LINE - 1e-6
        assert min(places) >= 0
        assert max(places) <= figure.height
    xs = [dot.place[0] for dot in figure.dots]
    assert 0 < min(xs) < max(xs) < WIDTH
    assert len(figure.dots) == len(skeleton)


def test_a_body_has_all_its_names_and_limbs():
    skeleton = SKELETONS["coco"]
    figure = skeleton_figure(np.random.default_rng(0).normal(size=(17, 2)), skeleton)
    assert sorted(label.name for label in figure.labels) == sorted(
        name.replace("_", " ") for name in skeleton.keypoints
    )
    assert len(figure.strokes) == len(skeleton.limbs)


def test_fingers_and_faces_are_drawn_without_names():
    skeleton = SKELETONS["coco_wholebody"]
    figure = skeleton_figure(np.random.default_rng(0).normal(size=(133, 2)), skeleton)
    assert len(figure.labels) < 40
    assert "nose" in {label.name for label in figure.labels}


def test_an_unknown_keypoint_is_listed_and_not_drawn():
    pose = np.random.default_rng(0).normal(size=(17, 2))
    pose[0] = np.nan
    figure = skeleton_figure(pose, SKELETONS["coco"])
    assert figure.missing == ("nose",)
    assert len(figure.dots) == 16
    assert "nose" not in {label.name for label in figure.labels}
