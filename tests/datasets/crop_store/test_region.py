from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.datasets.crop_store.reach import Reach
from vitpose_plus.datasets.crop_store.region import region_of
from vitpose_plus.geometry import (
    Augmentation,
    Body,
    SetAugmentation,
    View,
    invert,
    random_jitter,
    random_view,
    transform_points,
    udp_affine,
    view_of_box,
)
from vitpose_plus.skeletons import COCO

UPPER = np.array(COCO.upper_mask())
RECIPE = Reach.of(Augmentation(), SetAugmentation(), (256, 192))

pictures = st.tuples(st.integers(20, 1200), st.integers(20, 1200))  # height, width
shares = st.floats(0, 1)
augmentations = st.builds(
    Augmentation,
    scale=st.floats(0, 0.9),
    rotation=st.floats(0, 90),
    half_body=st.sampled_from([0.0, 0.5, 1.0]),
    centre_jitter=st.sampled_from([0.0, 1.0]),
)
sets = st.builds(SetAugmentation, padding=st.floats(1, 1.6), half_body_keypoints=st.integers(6, 8))
boxes = st.tuples(st.floats(-0.3, 1.1), st.floats(-0.3, 1.1), *[st.floats(0.02, 1.5)] * 2)
sizes = st.sampled_from([(64, 48), (256, 192), (256, 256), (192, 256)])


def check(view, region, input_size, picture_size):
    """Every pixel that bilinear sampling of the view takes is the crop's, or no picture's."""
    height, width = input_size
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1.0]])
    seen = transform_points(corners, invert(udp_affine(view, input_size)))
    touched = transform_points(seen, region.matrix())
    first, last = np.floor(touched.min(axis=0)), np.floor(touched.max(axis=0)) + 1
    rows, columns = picture_size
    assert region.left == 0 or first[0] >= 0
    assert region.top == 0 or first[1] >= 0
    assert region.right == columns or last[0] <= region.width - 1
    assert region.bottom == rows or last[1] <= region.height - 1


@settings(max_examples=300, deadline=None)
@given(pictures, boxes, augmentations, sets, sizes, st.integers(0, 1 << 30))
def test_no_view_needs_a_pixel_that_the_picture_has_and_the_crop_lacks(
    picture_size, box, augmentation, own, input_size, seed
):
    rng = np.random.default_rng(seed)
    box = np.array(box) * np.tile(picture_size[::-1], 2)
    points = box[:2] + rng.uniform(-0.2, 1.2, (17, 2)) * box[2:]
    body = Body(np.float32(points), rng.random(17) < 0.8, UPPER, own.half_body_keypoints)
    reach = Reach.of(augmentation, own, input_size)
    whole = view_of_box(box, input_size, own.padding)
    halves = body.halves(whole) if reach.half_body_keypoints is not None else None
    region = region_of(whole, reach.jitter * box[2:], halves or (), reach, picture_size)
    for shift in random_jitter(rng, 10, augmentation.centre_jitter):
        start = view_of_box((*(box[:2] + shift * box[2:]), *box[2:]), input_size, own.padding)
        recipe = augmentation.for_set(own)
        check(random_view(rng, recipe, start, body), region, input_size, picture_size)
        # The farthest views are rare: ask for them.
        corner = np.sign(shift) * reach.jitter * box[2:]
        far = replace(whole, centre=tuple(np.array(whole.centre) + corner))
        for view in (far, *(halves or ())):
            turned = replace(view, rotation=rng.uniform(-1, 1) * reach.turn)
            check(turned.scaled(1 + reach.scale), region, input_size, picture_size)
            check(turned.scaled(1 - reach.scale), region, input_size, picture_size)


@given(st.floats(0, 180))
def test_the_reach_of_a_turned_view_is_the_farthest_that_trying_finds(turn):
    reach = replace(RECIPE, turn=turn, scale=0.0, half_body_keypoints=None)
    whole = View((5000.0, 5000.0), (300.0, 400.0))
    region = region_of(whole, np.zeros(2), (), reach, (10_000, 10_000))
    angles = np.deg2rad(np.linspace(0, turn, 2001))
    across = 150 * np.abs(np.cos(angles)) + 200 * np.abs(np.sin(angles))
    along = 200 * np.abs(np.cos(angles)) + 150 * np.abs(np.sin(angles))
    slack = 400 / 255
    assert region.right == pytest.approx(5000 + across.max() + slack + 1, abs=1.01)
    assert region.left == pytest.approx(5000 - across.max() - slack, abs=1.01)
    assert region.bottom == pytest.approx(5000 + along.max() + slack + 1, abs=1.01)


@given(st.floats(40, 4000))
def test_the_closest_view_has_at_most_one_crop_pixel_an_input_pixel(height):
    reach = replace(RECIPE, half_body_keypoints=None)
    whole = View((2500.0, 2500.0), (0.75 * height, height))
    region = region_of(whole, np.zeros(2), (), reach, (5000, 5000))
    fineness = region.width / (region.right - region.left)
    closest = 255 / (0.5 * height)
    assert fineness == pytest.approx(min(1, closest), abs=2 / region.width)
    assert region.shrunk == (closest < 1)


def test_a_half_body_is_seen_as_finely_as_it_can_be_looked_at():
    whole, half = View((500.0, 500.0), (600.0, 800.0)), View((500.0, 300.0), (300.0, 400.0))
    region = region_of(whole, np.zeros(2), [half], RECIPE, (1000, 1000))
    assert region.width / (region.right - region.left) == 1
    assert region_of(whole, np.zeros(2), (), RECIPE, (1000, 1000)).shrunk


def test_a_crop_of_its_own_pixels_keeps_the_picture_s_jpeg_squares():
    region = region_of(View((500.0, 400.0), (60.0, 80.0)), np.zeros(2), (), RECIPE, (1000, 1000))
    assert (region.left % 16, region.top % 16) == (0, 0)
    np.testing.assert_array_equal(region.matrix(), [[1, 0, -region.left], [0, 1, -region.top]])


def test_a_box_outside_the_picture_still_gives_a_pixel():
    region = region_of(View((-900.0, 400.0), (60.0, 80.0)), np.zeros(2), (), RECIPE, (100, 120))
    assert region.width >= 1
    assert region.height >= 1
    assert (region.left, region.right) == (0, 1)


def test_a_shrunk_crop_s_corners_are_the_picture_s():
    region = region_of(View((500.0, 500.0), (900.0, 1200.0)), np.zeros(2), (), RECIPE, (900, 1000))
    corners = np.array([[-0.5, -0.5], [999.5, 899.5]])
    expected = [[-0.5, -0.5], [region.width - 0.5, region.height - 0.5]]
    np.testing.assert_allclose(transform_points(corners, region.matrix()), expected)
