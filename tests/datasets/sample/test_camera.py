import cv2
import numpy as np
import pytest

from vitpose_plus.datasets.sample.camera import TARGET, set_up_rig

RIG = set_up_rig("train", 0, 6)


@pytest.mark.parametrize("camera", RIG, ids=lambda camera: camera.name)
def test_a_projection_is_that_of_opencv(camera):
    points = TARGET + np.random.default_rng(0).normal(0, 80, (50, 3))
    matrix = np.eye(3)
    matrix[[0, 1], [0, 1]], matrix[:2, 2] = camera.focal, camera.centre
    turn, _ = cv2.Rodrigues(camera.rotation)
    shift = -camera.rotation @ camera.position
    expected, _ = cv2.projectPoints(points, turn, shift, matrix, None)
    pixels, depth, zoom = camera.project(points)
    np.testing.assert_allclose(pixels, expected[:, 0], atol=1e-3)
    np.testing.assert_allclose(zoom * depth, camera.focal.mean())


@pytest.mark.parametrize("camera", RIG, ids=lambda camera: camera.name)
def test_cameras_look_upright_at_the_hands_from_a_metre_away(camera):
    np.testing.assert_allclose(camera.rotation @ camera.rotation.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(camera.rotation) == pytest.approx(1)
    (at, above), (depth, _), _ = camera.project(np.array([TARGET, TARGET - [0, 50, 0]]))
    assert 950 < depth < 1200
    assert np.linalg.norm(at - np.array(camera.size) / 2) < 100
    assert above[1] < at[1] and abs(above[0] - at[0]) < 20


def test_captures_and_splits_have_rigs_of_their_own():
    positions = {
        tuple(set_up_rig(split, capture, 1)[0].position)
        for split in ("train", "val")
        for capture in (0, 1)
    }
    assert len(positions) == 4
    assert len({camera.name for camera in RIG}) == 6


def test_a_point_at_the_edge_is_inside_and_beyond_it_is_not():
    width, height = RIG[0].size
    pixels = np.array([[0, 0], [width - 1, height - 1], [-0.1, 5], [5, height - 0.5]])
    assert RIG[0].inside(pixels).tolist() == [True, True, False, False]
