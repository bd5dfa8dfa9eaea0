import colorsys

import numpy as np
import pytest

from vitpose_plus.inference.drawing import (
    draw_poses,
    fine_keypoints,
    keypoint_colours,
    limb_colours,
    side,
)
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]


@pytest.fixture
def person():
    """Keypoints [1, 17, 2] on a ring, and a grey picture."""
    angle = np.linspace(0, 2 * np.pi, len(COCO), endpoint=False)
    points = 100 + 60 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points[None], np.full((200, 220, 3), 128, np.uint8)


def changed(before, after):
    return (before != after).any(axis=2)


def test_drawing_leaves_the_given_picture_alone(person):
    points, image = person
    drawn = draw_poses(image, points, np.ones((1, 17)), COCO)
    assert (image == 128).all()
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert changed(image, drawn).mean() > 0.02


def test_unsure_keypoints_and_their_limbs_are_not_drawn(person):
    points, image = person
    scores = np.zeros((1, 17))
    assert not changed(image, draw_poses(image, points, scores, COCO)).any()
    wrist = COCO.index("left_wrist")
    scores[0, wrist] = 0.3
    ys, xs = np.nonzero(changed(image, draw_poses(image, points, scores, COCO)))
    assert (xs.mean(), ys.mean()) == pytest.approx(points[0, wrist], abs=0.6)
    assert np.ptp(xs) < 8


def test_a_keypoint_gets_its_own_colour(person):
    points, image = person
    drawn = draw_poses(image, points, np.ones((1, 17)), COCO).astype(float)
    for (x, y), colour in zip(points[0].round().astype(int), keypoint_colours(COCO), strict=True):
        expected = 0.9 * np.array(colour) + 0.1 * 128
        assert np.abs(drawn[y, x] - expected).max() < 3


def test_the_fingers_of_a_hand_are_told_apart():
    skeleton = SKELETONS["interhand"]
    colours = dict(zip(skeleton.keypoints, keypoint_colours(skeleton), strict=True))
    hues = [
        colorsys.rgb_to_hls(*(c / 255 for c in colour))[0]
        for name, colour in colours.items()
        if name.endswith("4")
    ]
    assert len(hues) == 5
    assert np.diff(sorted(hues)).min() > 0.1


@pytest.mark.parametrize("name", sorted(SKELETONS.keys() - {"interhand"}))
def test_left_is_cool_and_right_is_warm(name):
    skeleton = SKELETONS[name]
    ranges = {"left": (0.4, 0.65), "right": (0.0, 0.2), "middle": (0.7, 0.9)}
    for keypoint, colour in zip(skeleton.keypoints, keypoint_colours(skeleton), strict=True):
        low, high = ranges[side(keypoint)]
        assert low < colorsys.rgb_to_hls(*(c / 255 for c in colour))[0] < high
    for (a, b), colour in zip(skeleton.limbs, limb_colours(skeleton), strict=True):
        sides = {side(a), side(b)} - {"middle"}
        low, high = ranges[sides.pop() if len(sides) == 1 else "middle"]
        assert low < colorsys.rgb_to_hls(*(c / 255 for c in colour))[0] < high


def test_larger_instances_get_thicker_lines(person):
    points, _ = person
    image = np.full((1000, 1000, 3), 128, np.uint8)
    small = changed(image, draw_poses(image, points, np.ones((1, 17)), COCO)).sum()
    large = changed(image, draw_poses(image, 4 * points, np.ones((1, 17)), COCO)).sum()
    assert large > 8 * small  # Lines of one thickness would cover four times as much.


def test_only_whole_body_fingers_and_face_are_fine():
    whole_body = SKELETONS["coco_wholebody"]
    assert sum(fine_keypoints(whole_body)) == 68 + 2 * 20
    assert not any(fine_keypoints(whole_body)[:23])
    assert not any(fine_keypoints(COCO))


def test_boxes_are_drawn_where_given(person):
    points, image = person
    box = np.array([[10.0, 20.0, 150.0, 100.0]])
    drawn = draw_poses(image, points, np.zeros((1, 17)), COCO, boxes=box)
    ys, xs = np.nonzero(changed(image, drawn))
    assert (xs.min(), ys.min(), xs.max(), ys.max()) == pytest.approx((10, 20, 160, 120), abs=3)


def test_points_beyond_the_picture_and_not_finite_ones_do_no_harm(person):
    points, image = person
    points[0, 0] = np.nan
    points[0, 1] = (1e12, -1e12)
    drawn = draw_poses(image, points, np.ones((1, 17)), COCO)
    assert changed(image, drawn).any()


def test_no_pose_gives_the_same_picture(person):
    image = person[1]
    assert (draw_poses(image, np.zeros((0, 17, 2)), np.zeros((0, 17)), COCO) == image).all()


def test_lines_have_a_dark_rim_on_a_bright_picture(person):
    image = np.full((800, 800, 3), 255, np.uint8)
    drawn = draw_poses(image, 4 * person[0], np.ones((1, 17)), COCO)
    assert (drawn.max(axis=2) < 80).sum() > 1000
