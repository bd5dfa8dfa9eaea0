import numpy as np
import pytest

from vitpose_plus.datasets.sample.background import draw_background
from vitpose_plus.datasets.sample.paint import Part, Shape
from vitpose_plus.datasets.sample.person import NAMES, Person, draw_person
from vitpose_plus.datasets.sample.pose import Pose
from vitpose_plus.datasets.sample.scene import Seen, polygons, shoot
from vitpose_plus.datasets.sample.space import View, rot_y
from vitpose_plus.datasets.sample.stage import Actor, Plan, Stage, set_stage


def actor(yaw: float, x: float = 150.0, y: float = 150.0, scale: float = 220.0) -> Actor:
    someone = draw_person(np.random.default_rng(4))
    upright = Person(someone.build, Pose(), someone.looks, someone.outfit)
    return Actor(upright, View(rot_y(yaw)).at(scale, x, y))


def stage(*actors: Actor, occluders: list[Part] | None = None) -> Stage:
    background = draw_background(np.random.default_rng(0), 300, 300)
    return Stage(background, list(actors), occluders or [], light=1.0)


def seen(instance, name: str) -> Seen:
    return Seen(instance.seen[NAMES.index(name)])


def test_somebody_facing_the_camera_is_seen_from_head_to_toe():
    (person,) = shoot(stage(actor(0.0))).instances
    for joint in ("eye", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
        for side in ("left", "right"):
            assert seen(person, f"{side}_{joint}") == Seen.VISIBLE


def test_the_far_shoulder_is_hidden_in_a_profile():
    (person,) = shoot(stage(actor(np.pi / 2))).instances
    assert seen(person, "right_shoulder") == Seen.VISIBLE
    assert seen(person, "left_shoulder") == Seen.SELF_HIDDEN


def test_what_stands_in_front_covers_keypoints_and_shrinks_the_box():
    lower = np.array([[0.0, 190.0], [300.0, 190.0], [300.0, 300.0], [0.0, 300.0]])
    wall = Part("wall", 0.0, [Shape(lower, (9.0, 9.0, 9.0))])
    (free,) = shoot(stage(actor(0.0))).instances
    (covered,) = shoot(stage(actor(0.0), occluders=[wall])).instances
    assert seen(covered, "left_ankle") == Seen.COVERED
    assert seen(covered, "nose") == Seen.VISIBLE
    assert covered.bbox[1] + covered.bbox[3] == 190 < free.bbox[1] + free.bbox[3]


def test_the_larger_of_two_people_stands_in_front():
    small, large = actor(0.0, x=172.0, scale=150.0), actor(0.0, scale=240.0)
    scene = shoot(stage(large, small))
    by_unit = {round(i.unit): i for i in scene.instances}
    assert seen(by_unit[240], "pelvis") == Seen.VISIBLE
    assert seen(by_unit[150], "pelvis") == Seen.COVERED


def test_points_beyond_the_edge_are_outside():
    (person,) = shoot(stage(actor(0.0, y=260.0))).instances
    assert seen(person, "left_ankle") == Seen.OUTSIDE
    assert person.bbox[1] + person.bbox[3] == 300


@pytest.mark.parametrize("seed", range(5))
def test_boxes_fit_silhouettes_tightly(seed: int):
    for instance in shoot(set_stage(np.random.default_rng(seed), Plan())).instances:
        x, y, width, height = instance.bbox
        inside = instance.mask[y : y + height, x : x + width]
        assert inside.sum() == instance.area
        assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()


def test_polygons_of_a_single_pixel_are_a_box():
    mask = np.zeros((5, 5), bool)
    mask[2, 3] = True
    assert polygons(mask) == [[3.0, 2.0, 4.0, 2.0, 4.0, 3.0, 3.0, 3.0]]
