"""InterHand2.6M's joints in the world, a frame at a time.

Layout: mks0601.github.io/InterHand2.6M, the `_joint_3d` files.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.datasets.readers.interhand_cameras import float_array
from vitpose_plus.datasets.readers.values import need
from vitpose_plus.errors import AnnotationError

BOTH_HANDS = 42
"""Joints of a frame: the right hand's 21, then the left hand's."""


@dataclass(frozen=True, eq=False)
class Frame:
    """Both hands at one moment.

    Attributes:
        joints: [42, 3] millimetres in the world.
        valid: [42] flags: the joint was found. Whether a picture shows it stands elsewhere.
    """

    joints: np.ndarray
    valid: np.ndarray


class Frames:
    """A file's frames, each decoded when it is asked for: together they take gigabytes.

    Args:
        path: a `_joint_3d` file.

    Raises:
        AnnotationError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._captures = _captures(path)

    def at(self, capture: str, index: str, where: str) -> Frame:
        """One frame.

        Args:
            capture: the capture's id.
            index: the frame's.
            where: the record that asks, for messages.

        Raises:
            AnnotationError: there is no such frame, or its numbers are not there.
        """
        frames = self._captures.get(capture)
        if not isinstance(frames, dict) or index not in frames:
            raise AnnotationError(
                f"{where}: frame {index} of capture {capture} is not in {self._path.name}. "
                "Do the split's joints belong to its annotations?"
            )
        of_frame = f"{self._path.name}, capture {capture}, frame {index}"
        return _frame(frames[index], of_frame)


def _captures(path: Path) -> dict[str, Any]:
    """Capture to frame index to a frame that is still encoded."""
    import msgspec

    try:
        with path.open("rb") as file:
            encoded = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return msgspec.json.decode(encoded, type=dict[str, dict[str, msgspec.Raw]])
    except (OSError, ValueError, RecursionError):
        # Missing, empty, broken, or with the NaN that Python writes: this tells which.
        return read_json(path, dict)


def _frame(encoded: Any, where: str) -> Frame:
    import msgspec

    try:
        record = msgspec.json.decode(encoded) if isinstance(encoded, msgspec.Raw) else encoded
    except (ValueError, RecursionError) as error:
        raise AnnotationError(f"{where}: broken JSON: {error}") from error
    joints = need(record, "world_coord", where)
    return Frame(
        joints=float_array(joints, (BOTH_HANDS, 3), f"{where}, world_coord"),
        valid=joint_flags(record, where),
    )


def joint_flags(record: Any, where: str) -> np.ndarray:
    """[42] flags of a record's `joint_valid`.

    Raises:
        AnnotationError: there are none, or not 42.
    """
    return float_array(need(record, "joint_valid", where), (BOTH_HANDS,), where) > 0
