"""InterHand2.6M's cameras: where each stands, and what it makes of a point of the world.

Layout: mks0601.github.io/InterHand2.6M, the `_camera` files.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.datasets.readers.values import need
from vitpose_plus.errors import AnnotationError


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera.

    Attributes:
        position: [3] millimetres in the world.
        rotation: [3, 3] from the world's axes to the camera's: right, down, ahead.
        focal: [2] pixels.
        centre: [2] the principal point in pixels.
    """

    position: np.ndarray
    rotation: np.ndarray
    focal: np.ndarray
    centre: np.ndarray

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World points [N, 3] in millimetres -> pixels [N, 2] and distances ahead [N], float64.

        A point that is not ahead of the camera has a distance of 0 or less and no true pixels.
        """
        seen = (points - self.position) @ self.rotation.T
        ahead = seen[:, 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            return seen[:, :2] / ahead[:, None] * self.focal + self.centre, ahead


class Cameras:
    """A file's cameras by capture and name.

    Args:
        path: a `_camera` file.

    Raises:
        AnnotationError: the file breaks its layout.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._captures: dict = read_json(path, dict)
        self._cameras: dict[tuple[str, str], Camera] = {}

    def of(self, capture: str, name: str, where: str) -> Camera:
        """One camera.

        Args:
            capture: the capture's id.
            name: the camera's.
            where: the record that asks, for messages.

        Raises:
            AnnotationError: there is no such camera, or its numbers are not there.
        """
        key = (capture, name)
        if key not in self._cameras:
            if capture not in self._captures:
                raise AnnotationError(
                    f"{where}: capture {capture} is not in {self._path.name}. "
                    "Do the split's cameras belong to its annotations?"
                )
            self._cameras[key] = self._read(self._captures[capture], name, capture)
        return self._cameras[key]

    def _read(self, capture: dict, name: str, capture_id: str) -> Camera:
        where = f"{self._path.name}, capture {capture_id}"

        def array(key: str, shape: tuple[int, ...]) -> np.ndarray:
            values = need(need(capture, key, where), name, f"{where}, {key}")
            return float_array(values, shape, f"{where}, {key} of camera {name}")

        return Camera(
            position=array("campos", (3,)),
            rotation=array("camrot", (3, 3)),
            focal=array("focal", (2,)),
            centre=array("princpt", (2,)),
        )


def float_array(values: Any, shape: tuple[int, ...], where: str) -> np.ndarray:
    """Nested lists as a float64 array of this shape; entries may be wrapped in lists of one.

    Raises:
        AnnotationError: something else than numbers, or another number of them.
    """
    try:
        found = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise AnnotationError(f"{where}: expected numbers of shape {shape}") from error
    if found.shape not in (shape, (*shape, 1)):
        raise AnnotationError(f"{where}: expected numbers of shape {shape}, found {found.shape}")
    return found.reshape(shape)
