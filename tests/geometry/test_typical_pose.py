import numpy as np
import pytest

from vitpose_plus.geometry.typical_pose import typical_pose

HORSE = np.array([[0, 0], [30, -40], [100, -35], [40, 30], [45, 60], [95, 28], [90, 61]], float)


def spread_out(rng, count: int, mirrored: float = 0.5, turn: float = 0.3) -> np.ndarray:
    """Horses [N, 7, 2] of any size anywhere, some looking the other way, all about upright."""
    poses = []
    for _ in range(count):
        angle, size = rng.normal(0, turn), rng.uniform(0.3, 3)
        pose = HORSE * ((-1, 1) if rng.random() < mirrored else (1, 1))
        cos, sin = np.cos(angle), np.sin(angle)
        poses.append(size * pose @ np.array([[cos, -sin], [sin, cos]]) + rng.uniform(0, 500, 2))
    return np.array(poses)


def same_shape(found: np.ndarray, expected: np.ndarray) -> float:
    """How much of the shape is missed, by scale and shift alone: turning or mirroring counts."""
    a, b = (p - p.mean(axis=0) for p in (found, expected))
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return float(np.linalg.norm(a - b * (a * b).sum()))


def test_poses_of_any_place_size_and_direction_give_their_shape():
    rng = np.random.default_rng(0)
    poses = spread_out(rng, 200, mirrored=0.3)
    found = typical_pose(poses, np.full(poses.shape[:2], 2), rng)
    assert same_shape(found, HORSE) < 0.05


def test_it_looks_the_way_that_most_do():
    rng = np.random.default_rng(0)
    poses = spread_out(rng, 200, mirrored=0.8)
    found = typical_pose(poses, np.full(poses.shape[:2], 2), rng)
    assert same_shape(found, HORSE * (-1, 1)) < 0.05


def test_wrong_and_missing_keypoints_do_not_bend_it():
    rng = np.random.default_rng(0)
    poses = spread_out(rng, 300, mirrored=0.0, turn=0.1)
    visibility = np.full(poses.shape[:2], 2)
    poses[:, 4][rng.random(300) < 0.05] = 5000.0
    visibility[np.arange(300), rng.integers(0, 7, 300)] = 0
    assert same_shape(typical_pose(poses, visibility, rng), HORSE) < 0.05


def test_a_keypoint_that_nobody_labels_is_unknown():
    rng = np.random.default_rng(0)
    poses = spread_out(rng, 20)
    visibility = np.full(poses.shape[:2], 2)
    visibility[:, 3] = 0
    known = np.isfinite(typical_pose(poses, visibility, rng)).all(axis=1)
    assert known.tolist() == [True, True, True, False, True, True, True]


def test_poses_of_single_keypoints_have_no_shape():
    with pytest.raises(ValueError, match="two labelled"):
        typical_pose(np.ones((5, 3, 2)), np.tile([2, 0, 0], (5, 1)), np.random.default_rng(0))
