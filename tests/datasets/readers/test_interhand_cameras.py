import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from vitpose_plus.datasets.readers.interhand_cameras import Camera, Cameras, float_array
from vitpose_plus.errors import AnnotationError


def camera(seed: int) -> tuple[Camera, np.ndarray]:
    """A random camera and 42 points about a metre ahead of it."""
    rng = np.random.default_rng(seed)
    rotation = Rotation.random(random_state=seed).as_matrix()
    position = rng.uniform(-500, 500, 3)
    ahead = rng.uniform((-300, -300, 600), (300, 300, 1500), (42, 3))
    focal, centre = rng.uniform(800, 1500, 2), rng.uniform(100, 300, 2)
    return Camera(position, rotation, focal, centre), ahead @ rotation + position


@given(st.integers(0, 10_000))
def test_points_are_projected_as_plain_loops_project_them(seed: int) -> None:
    lens, points = camera(seed)
    pixels, ahead = lens.project(points)
    for point, pixel, distance in zip(points, pixels, ahead, strict=True):
        seen = [
            sum(lens.rotation[row][i] * (point[i] - lens.position[i]) for i in range(3))
            for row in range(3)
        ]
        assert distance == pytest.approx(seen[2])
        for axis in range(2):
            expected = seen[axis] / seen[2] * lens.focal[axis] + lens.centre[axis]
            assert pixel[axis] == pytest.approx(expected, abs=1e-8)


def test_points_are_projected_as_opencv_projects_them() -> None:
    lens, points = camera(1)
    matrix = np.diag([*lens.focal, 1.0])
    matrix[:2, 2] = lens.centre
    turned = cv2.Rodrigues(lens.rotation)[0]
    expected, _ = cv2.projectPoints(points, turned, -lens.rotation @ lens.position, matrix, None)
    assert np.abs(lens.project(points)[0] - expected[:, 0]).max() < 1e-9


def test_what_lies_behind_is_told_by_its_distance() -> None:
    lens, points = camera(2)
    behind = 2 * lens.position - points
    assert (lens.project(points)[1] > 0).all()
    assert (lens.project(behind)[1] < 0).all()


@pytest.fixture
def path(tmp_path: Path, hands_content: dict) -> Path:
    path = tmp_path / "camera.json"
    path.write_text(json.dumps(hands_content["cameras"]))
    return path


def test_a_camera_is_read_by_capture_and_name(path: Path) -> None:
    found = Cameras(path).of("2", "400", "x")
    assert found.position.tolist() == [0, 50, 0]
    assert found.rotation.shape == (3, 3)
    assert (found.focal.tolist(), found.centre.tolist()) == ([1200, 1250], [167, 256])


def test_a_capture_or_camera_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"d.json, annotation 1: capture 3 .* camera.json"):
        Cameras(path).of("3", "400", "d.json, annotation 1")
    with pytest.raises(AnnotationError, match=r"capture 2, campos: key '401' is missing"):
        Cameras(path).of("2", "401", "d.json, annotation 1")


@pytest.mark.parametrize("values", [[1, 2], [1, 2, "x"], [[1, 2, 3], [4]], "abc", None])
def test_other_numbers_than_expected_are_an_error(values: object) -> None:
    with pytest.raises(AnnotationError, match=r"here: expected numbers of shape \(3,\)"):
        float_array(values, (3,), "here")


def test_numbers_may_be_wrapped_one_by_one() -> None:
    assert float_array([[1], [0], [True]], (3,), "here").tolist() == [1, 0, 1]
