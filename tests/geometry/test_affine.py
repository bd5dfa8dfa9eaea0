import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.geometry import (
    Augmentation,
    Body,
    View,
    compose,
    crop,
    invert,
    random_view,
    transform_points,
    udp_affine,
    view_of_box,
)

SIZE = (128, 96)
views = st.builds(
    View,
    st.tuples(st.floats(-50, 400), st.floats(-50, 400)),
    st.tuples(st.floats(20, 400), st.floats(20, 400)),
    st.floats(-180, 180),
    st.booleans(),
)


@given(views)
def test_there_and_back_is_where_it_was(view):
    matrix = udp_affine(view, SIZE)
    points = np.array([[0.0, 0.0], [123.4, -56.7], [300.0, 40.0]])
    back = transform_points(transform_points(points, matrix), invert(matrix))
    np.testing.assert_allclose(back, points, atol=1e-6)


@given(
    st.tuples(*[st.floats(0, 6000)] * 2, *[st.floats(1, 6000)] * 2),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=17, max_size=17),
    st.integers(0, 1 << 30),
    st.sampled_from([(64, 48), (256, 192), (576, 432)]),
)
def test_box_to_crop_and_back_keeps_keypoints_to_a_hundredth_of_a_pixel(box, points, seed, size):
    keypoints = np.float32(np.array(points) * box[2:] + box[:2])
    body = Body(keypoints, np.ones(17, bool), np.arange(17) < 9)
    view = random_view(
        np.random.default_rng(seed), Augmentation(half_body=0), view_of_box(box, size), body
    )
    matrix = udp_affine(view, size)
    seen = np.float32(transform_points(keypoints, matrix))  # as a sample holds them
    np.testing.assert_allclose(transform_points(seen, invert(matrix)), keypoints, atol=0.01)


@given(views)
def test_composed_matrices_do_one_after_the_other(view):
    first, then = udp_affine(view, SIZE), np.array([[0.5, 0.1, 3.0], [-0.2, 0.7, -5.0]])
    points = np.array([[10.0, 20.0], [200.0, 130.0]])
    expected = transform_points(transform_points(points, first), then)
    np.testing.assert_allclose(transform_points(points, compose(then, first)), expected, atol=1e-6)


@given(views)
def test_the_centre_of_the_view_is_the_middle_of_the_grid(view):
    middle = transform_points(np.array(view.centre), udp_affine(view, SIZE))
    np.testing.assert_allclose(middle, (47.5, 63.5), atol=1e-6)


def test_the_edges_of_an_upright_view_fall_on_the_first_and_last_pixel():
    view = View((100.0, 80.0), (60.0, 40.0))
    corners = transform_points(np.array([[70.0, 60.0], [130.0, 100.0]]), udp_affine(view, SIZE))
    np.testing.assert_allclose(corners, [[0, 0], [95, 127]], atol=1e-9)


@given(views)
def test_flip_mirrors_the_columns(view):
    points = np.array([[10.0, 20.0], [200.0, 130.0]])
    plain = transform_points(points, udp_affine(View(view.centre, view.size, view.rotation), SIZE))
    flipped = transform_points(
        points, udp_affine(View(view.centre, view.size, view.rotation, True), SIZE)
    )
    np.testing.assert_allclose(flipped, plain * (-1, 1) + (95, 0), atol=1e-6)


@given(views)
def test_mirroring_twice_is_where_it_was(view):
    mirror = np.array([[-1.0, 0.0, SIZE[1] - 1.0], [0.0, 1.0, 0.0]])
    flipped = udp_affine(View(view.centre, view.size, view.rotation, not view.flip), SIZE)
    np.testing.assert_allclose(compose(mirror, flipped), udp_affine(view, SIZE), atol=1e-9)
    np.testing.assert_array_equal(compose(mirror, mirror), [[1, 0, 0], [0, 1, 0]])


@given(views)
def test_a_flipped_crop_mirrored_is_the_crop(view):
    picture = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    plain = crop(picture, udp_affine(view, SIZE), SIZE)
    turned = View(view.centre, view.size, view.rotation, not view.flip)
    flipped = crop(picture, udp_affine(turned, SIZE), SIZE)
    assert np.abs(flipped[:, ::-1].astype(int) - plain).max() <= 1


def test_positive_rotation_turns_the_picture_clockwise():
    matrix = udp_affine(View((50.0, 50.0), (95.0, 127.0), rotation=90), SIZE)
    right_of_centre = transform_points(np.array([60.0, 50.0]), matrix)
    assert right_of_centre[1] > 63.5 + 5
    assert right_of_centre[0] == pytest.approx(47.5)


def test_the_picture_moves_with_its_points():
    picture = np.zeros((200, 200, 3), np.uint8)
    cv2.circle(picture, (120, 90), 3, (255, 255, 255), -1)
    matrix = udp_affine(View((110.0, 100.0), (90.0, 120.0), 30, True), SIZE)
    rows, columns = np.nonzero(crop(picture, matrix, SIZE)[..., 0] > 128)
    expected = transform_points(np.array([120.0, 90.0]), matrix)
    assert (columns.mean(), rows.mean()) == pytest.approx(tuple(expected), abs=0.3)


@given(st.floats(1, 300), st.floats(1, 300))
def test_a_view_holds_its_box_and_has_the_input_s_aspect(width, height):
    view = view_of_box((10, 20, width, height), SIZE)
    assert view.size[0] / view.size[1] == pytest.approx(96 / 128)
    assert view.size[0] >= 1.25 * width - 1e-6
    assert view.size[1] >= 1.25 * height - 1e-6
    assert view.centre == pytest.approx((10 + width / 2, 20 + height / 2))
