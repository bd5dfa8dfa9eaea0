"""The unbiased affine of UDP: distances are counted between pixel centres (Huang et al. 2020)."""

import numpy as np

from vitpose_plus.geometry.view import View


def udp_affine(view: View, size: tuple[int, int]) -> np.ndarray:
    """The matrix that takes picture pixels to pixels of the view.

    Args:
        view: what to look at.
        size: (height, width) of the view's own grid: the input's, or a heatmap's.

    Returns:
        [2, 3]: the view's left edge falls on pixel 0, its right edge on pixel width - 1.
    """
    height, width = size
    angle = np.deg2rad(view.rotation)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    # UDP: the unit is the gap between pixels, so a grid of n pixels is n - 1 long.
    gaps = np.array([width - 1, height - 1])
    linear = (gaps / view.size)[:, None] * turn
    matrix = np.column_stack([linear, gaps / 2 - linear @ np.array(view.centre)])
    if view.flip:
        matrix[0] = [0, 0, gaps[0]] - matrix[0]
    return matrix


def transform_points(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """points [..., 2] through a matrix [2, 3]."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def invert(matrix: np.ndarray) -> np.ndarray:
    """The matrix [2, 3] that undoes another."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def compose(then: np.ndarray, first: np.ndarray) -> np.ndarray:
    """One matrix [2, 3] for two: `first`, `then` the other."""
    linear = then[:, :2] @ first[:, :2]
    return np.column_stack([linear, then[:, :2] @ first[:, 2] + then[:, 2]])
