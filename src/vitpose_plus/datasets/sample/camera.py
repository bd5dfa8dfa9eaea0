"""The cameras of a hand studio: InterHand2.6M's pinhole model, and a rig of them for each capture.

The studio's axes are those of a camera at its origin: x to the right, y down, z away from it,
millimetres. Hands are held around `TARGET`.
"""

from dataclasses import dataclass
from math import cos, sin
from zlib import crc32

import numpy as np

TARGET = np.array([0.0, 0.0, 1000.0])
DOWN = np.array([0.0, 1.0, 0.0])
PORTRAIT, LANDSCAPE = (334, 512), (512, 334)
# (first name, in colour, width and height): the studio's kinds of cameras.
KINDS = ((400000, True, PORTRAIT), (410000, False, PORTRAIT), (410020, False, LANDSCAPE))
# How far to the side and up cameras look from, radians; two pictures of a frame differ by it.
AROUND, ABOVE = 1.1, 0.45


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera.

    Attributes:
        name: six digits.
        position: [3] mm.
        rotation: [3, 3] studio axes to camera axes.
        focal, centre: [2] pixels.
        size: width and height in pixels.
        coloured: or else grey.
    """

    name: str
    position: np.ndarray
    rotation: np.ndarray
    focal: np.ndarray
    centre: np.ndarray
    size: tuple[int, int]
    coloured: bool

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """points [N, 3] mm -> pixels [N, 2], depth [N] mm, pixels a millimetre [N]."""
        seen = (points - self.position) @ self.rotation.T
        pixels = seen[:, :2] / seen[:, 2:] * self.focal + self.centre
        return pixels, seen[:, 2], self.focal.mean() / seen[:, 2]

    def inside(self, pixels: np.ndarray) -> np.ndarray:
        """[N] flags: the pixels [N, 2] lie in the picture."""
        return np.all((pixels >= 0) & (pixels <= np.array(self.size) - 1), axis=1)


def set_up_rig(split: str, capture: int, count: int) -> tuple[Camera, ...]:
    """The cameras of a capture, from left to right; the same in every sample."""
    rng = np.random.default_rng([crc32(split.encode()), capture])
    edges = np.linspace(-AROUND, AROUND, count + 1)
    cameras = []
    for i in range(count):
        first, coloured, size = KINDS[i % len(KINDS)]
        name = first + 3 * i + int(rng.integers(3))
        around = float(rng.uniform(edges[i], edges[i + 1]))
        cameras.append(_camera(rng, str(name), around, size, coloured))
    return tuple(cameras)


def _camera(
    rng: np.random.Generator, name: str, around: float, size: tuple[int, int], coloured: bool
) -> Camera:
    above = rng.uniform(-ABOVE, ABOVE)
    distance = rng.uniform(980.0, 1180.0)
    away = np.array([sin(around) * cos(above), -sin(above), -cos(around) * cos(above)])
    position = np.round(TARGET + distance * away, 4)
    # Nobody aims a camera exactly, or levels it.
    aim = TARGET + rng.normal(0, 12, 3) - position
    axis = aim / np.linalg.norm(aim)
    across = np.cross(DOWN + rng.normal(0, 0.04, 3), axis)
    across /= np.linalg.norm(across)
    return Camera(
        name=name,
        position=position,
        rotation=np.round(np.array([across, np.cross(axis, across), axis]), 8),
        focal=np.round(rng.uniform(1240, 1300) + rng.normal(0, 0.2, 2), 4),
        centre=np.round(np.array(size) / 2 + rng.normal(0, 12, 2), 4),
        size=size,
        coloured=coloured,
    )
