"""Rotations and the camera.

A figure's own axes: x to its left, y up, z the way it faces; one unit is its standing height.
Camera axes: x to the picture's right, y up, z towards the camera. So a figure without any
rotation faces the camera and its left side lies at the larger picture x.
"""

from dataclasses import dataclass, replace
from math import cos, sin

import numpy as np

LEFT, RIGHT = "left", "right"
SIDES = (LEFT, RIGHT)
MIRROR = np.diag([-1.0, 1.0, 1.0])


def rot_x(angle: float) -> np.ndarray:
    """[3, 3] rotation by radians about x: up turns towards the front."""
    c, s = cos(angle), sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rot_y(angle: float) -> np.ndarray:
    """[3, 3] rotation by radians about y: the front turns towards the left side."""
    c, s = cos(angle), sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rot_z(angle: float) -> np.ndarray:
    """[3, 3] rotation by radians about z: the left side turns upwards."""
    c, s = cos(angle), sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


@dataclass(frozen=True, slots=True)
class View:
    """How a figure stands before the camera.

    Attributes:
        rotation: [3, 3] figure axes to camera axes.
        scale: pixels a unit at the figure's root.
        origin: where the root lies in the picture, pixels.
        distance: camera to root in units; the smaller, the stronger the perspective.
    """

    rotation: np.ndarray
    scale: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)
    distance: float = 6.0

    def at(self, scale: float, x: float, y: float) -> "View":
        """The same view, scaled and moved."""
        return replace(self, scale=scale, origin=(x, y))

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """points [N, 3] units -> pixels [N, 2], depth [N] units, pixels a unit [N]."""
        camera = points @ self.rotation.T
        zoom = self.scale * self.distance / (self.distance - camera[:, 2])
        pixels = np.stack([camera[:, 0] * zoom, -camera[:, 1] * zoom], axis=1) + self.origin
        return pixels, -camera[:, 2], zoom
