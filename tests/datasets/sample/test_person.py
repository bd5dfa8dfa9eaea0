import numpy as np
import pytest

from vitpose_plus.datasets.sample.body import articulate, draw_build
from vitpose_plus.datasets.sample.person import NAMES, Person, draw_person, project_person
from vitpose_plus.datasets.sample.pose import Pose, draw_pose
from vitpose_plus.datasets.sample.space import View, rot_y


def figure_seen_from(yaw: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    someone = draw_person(rng)
    upright = Person(someone.build, Pose(), someone.looks, someone.outfit)
    view = View(rot_y(yaw)).at(200.0, 150.0, 150.0)
    return project_person(upright, view, light=1.0)


def x_of(figure, name: str) -> float:
    return figure.points.xy[NAMES.index(name), 0]


@pytest.mark.parametrize("joint", ["eye", "ear", "shoulder", "elbow", "wrist", "hip", "ankle"])
def test_left_lies_right_in_the_picture_when_somebody_faces_the_camera(joint: str):
    front, back = figure_seen_from(0.0), figure_seen_from(np.pi)
    assert x_of(front, f"left_{joint}") > x_of(front, f"right_{joint}")
    assert x_of(back, f"left_{joint}") < x_of(back, f"right_{joint}")


def test_the_face_contour_runs_from_the_persons_right_to_the_left():
    front = figure_seen_from(0.0)
    assert x_of(front, "face-0") < x_of(front, "face-8") < x_of(front, "face-16")
    assert x_of(front, "face-36") < x_of(front, "face-45")


def test_thumbs_point_to_the_front_when_arms_hang():
    side = figure_seen_from(np.pi / 2)
    assert x_of(side, "left_thumb4") > x_of(side, "left_pinky_finger4")
    assert x_of(side, "right_thumb4") > x_of(side, "right_pinky_finger4")


def test_eyes_and_nose_do_not_show_from_behind():
    facing = figure_seen_from(np.pi).points.facing
    assert not facing[:3].any()
    assert figure_seen_from(0.0).points.facing[:3].all()


def test_the_eye_of_the_far_side_does_not_show_in_a_profile():
    facing = figure_seen_from(np.pi / 2).points.facing
    assert not facing[NAMES.index("left_eye")]
    assert facing[NAMES.index("right_eye")]


@pytest.mark.parametrize("seed", range(20))
def test_bones_keep_their_lengths_in_every_pose(seed: int):
    rng = np.random.default_rng(seed)
    build = draw_build(rng)
    joints = articulate(build, draw_pose(rng)).joints
    for side in ("left", "right"):
        bones = [("shoulder", "elbow", build.upper_arm), ("elbow", "wrist", build.forearm)]
        bones += [("hip", "knee", build.thigh), ("knee", "ankle", build.shin)]
        for start, end, length in bones:
            bone = joints[f"{side}_{end}"] - joints[f"{side}_{start}"]
            assert np.linalg.norm(bone) == pytest.approx(length)
