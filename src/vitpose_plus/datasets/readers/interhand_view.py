"""What an InterHand2.6M picture shows of both hands."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.readers.interhand_cameras import Cameras
from vitpose_plus.datasets.readers.interhand_frames import Frames, joint_flags
from vitpose_plus.datasets.readers.values import need


@dataclass(frozen=True, eq=False)
class View:
    """The 42 joints in one picture: the right hand's 21, then the left hand's.

    Attributes:
        points: [42, 2] pixels, float64; 0, 0 where not valid.
        valid: [42] flags: the picture shows the joint, and it was found in the world.
        ahead: [42] flags: the joint lies ahead of the camera; a valid one that does not is a fault.
        not_found: joints that the picture is said to show, but that were not found.
    """

    points: np.ndarray
    valid: np.ndarray
    ahead: np.ndarray
    not_found: int


class Scenes:
    """The cameras and the joints that go with a file of pictures.

    Args:
        cameras: a `_camera` file.
        joints: the `_joint_3d` file of the same split.

    Raises:
        AnnotationError: one of them cannot be read.
    """

    def __init__(self, cameras: Path, joints: Path) -> None:
        self._cameras = Cameras(cameras)
        self._frames = Frames(joints)

    def view(self, image: dict, annotation: dict, where: str) -> View:
        """Both hands in a picture.

        Args:
            image: the picture's record: its capture, camera and frame.
            annotation: the hands' record: which joints the picture shows.
            where: file and record, for messages.

        Raises:
            AnnotationError: a record breaks its layout, or names a camera or frame not there.
        """
        capture, name, index = (
            str(need(image, key, where)) for key in ("capture", "camera", "frame_idx")
        )
        frame = self._frames.at(capture, index, where)
        shown = joint_flags(annotation, where)
        valid = shown & frame.valid
        points, ahead = np.zeros((len(valid), 2)), np.ones(len(valid), dtype=bool)
        camera = self._cameras.of(capture, name, where)
        points[valid], distances = camera.project(frame.joints[valid])
        ahead[valid] = distances > 0
        return View(points, valid, ahead, int((shown & ~frame.valid).sum()))
