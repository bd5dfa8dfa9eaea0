import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.geometry import View, crop, invert, transform_points, udp_affine, view_of_box

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
