"""What hands do in a studio: the sequences of InterHand2.6M that the sample shows.

Axes and units are the studio's (`camera`). Whoever is filmed faces its origin, so that their left
hand is at the larger x. A gesture is told for a left hand; a right one mirrors it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from vitpose_plus.datasets.sample.camera import TARGET
from vitpose_plus.datasets.sample.hand import hand_points
from vitpose_plus.datasets.sample.space import LEFT, MIRROR, RIGHT, rot_x, rot_y, rot_z

Rng = np.random.Generator
HandType = Literal["right", "left", "interacting"]
FOREARM = 240.0
# Where an elbow hangs from its wrist.
ELBOW = np.array([0.45, 0.9, 0.45])


@dataclass(frozen=True, slots=True)
class HeldHand:
    """A hand in the studio.

    Attributes:
        side: "left" or "right".
        points: [21, 3] mm, the wrist first, then each finger from the thumb, root to tip.
        elbow: [3] mm.
        size: mm from the wrist to the longest finger's tip when it is straight.
    """

    side: str
    points: np.ndarray
    elbow: np.ndarray
    size: float


class Hold(NamedTuple):
    """How a left hand is held.

    Attributes:
        wrist: [3] mm from the target.
        fingers, palm: [3] where they point and where it faces.
        curls: [5] from the thumb on, 0 straight to 1 closed.
    """

    wrist: np.ndarray
    fingers: np.ndarray
    palm: np.ndarray
    curls: np.ndarray


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence: its official name, which hands it shows, and how each is held."""

    name: str
    hand_type: HandType
    hold: Callable[[Rng], Hold]


def hold_hands(rng: Rng, sequence: Sequence) -> list[HeldHand]:
    """The hands of one frame of a sequence, right before left."""
    both = sequence.hand_type == "interacting"
    sides = (RIGHT, LEFT) if both else (sequence.hand_type,)
    size = rng.uniform(165, 190)
    turn = rot_y(rng.normal(0, 0.25)) @ rot_x(rng.normal(0, 0.15)) @ rot_z(rng.normal(0, 0.12))
    shift = TARGET + rng.normal(0, 10, 3)
    return [_held(sequence.hold(rng), side, size, turn, shift) for side in sides]


def _held(hold: Hold, side: str, size: float, turn: np.ndarray, shift: np.ndarray) -> HeldHand:
    fingers = hold.fingers / np.linalg.norm(hold.fingers)
    palm = hold.palm - fingers * (hold.palm @ fingers)
    palm /= np.linalg.norm(palm)
    # A hand's own axes: the fingers run along -y, the left palm faces -x.
    frame = np.array([-palm, -fingers, np.cross(palm, fingers)]).T
    hanging = ELBOW - fingers
    elbow = hold.wrist + FOREARM * hanging / np.linalg.norm(hanging)
    points = hand_points(frame, hold.wrist, size, LEFT, tuple(hold.curls))
    if side == RIGHT:
        points, elbow = points @ MIRROR, elbow @ MIRROR
    return HeldHand(side, points @ turn.T + shift, elbow @ turn.T + shift, size)


def _raised(rng: Rng, apart: float) -> Hold:
    """Held up, turned any way, each finger as it likes."""
    palm = rot_y(rng.uniform(-1.2, 2.6)) @ [0.0, 0.0, -1.0]
    fingers = np.array([0.0, -1.0, -0.1]) + rng.normal(0, 0.3, 3)
    curls = rng.choice([0.0, 0.1, 0.25, 0.5, 0.9], 5) + rng.uniform(0, 0.1, 5)
    return Hold(np.array([apart, 90.0, 0.0]) + rng.normal(0, 10, 3), fingers, palm, curls)


def _alone(rng: Rng) -> Hold:
    return _raised(rng, 0.0)


def _apart(rng: Rng) -> Hold:
    return _raised(rng, 85.0)


def _thumb_up(rng: Rng) -> Hold:
    curls = np.array([0.0, *rng.uniform(0.8, 1.0, 4)])
    fingers = np.array([-0.5, 0.0, -0.9]) + rng.normal(0, 0.15, 3)
    return Hold(np.array([25.0, 15.0, 45.0]), fingers, np.array([-0.9, 0.0, 0.5]), curls)


def _pointing(rng: Rng) -> Hold:
    """Rock and roll: the forefinger and the little finger stand up."""
    curls = np.array([0.8, 0.0, 0.9, 0.9, 0.0]) + rng.uniform(0, 0.08, 5)
    fingers = np.array([-0.1, -1.0, -0.2]) + rng.normal(0, 0.2, 3)
    return Hold(np.array([0.0, 80.0, 0.0]), fingers, np.array([0.3, 0.0, 1.0]), curls)


def _pray(rng: Rng) -> Hold:
    fingers = np.array([-0.06, -1.0, -0.45])
    curls = rng.uniform(0.0, 0.06, 5)
    return Hold(np.array([26.0, 75.0, 20.0]), fingers, np.array([-1.0, 0.0, 0.05]), curls)


def _touch(rng: Rng) -> Hold:
    """The fingertips of both hands meet."""
    fingers = np.array([-0.72, -0.55, -0.4])
    curls = rng.uniform(0.08, 0.3, 5)
    palm = np.array([-0.6, 0.75, 0.35])
    return Hold(np.array([118.0, 60.0, 20.0]), fingers, palm, curls)


SEQUENCES = (
    Sequence("ROM03_RT_No_Occlusion", "right", _alone),
    Sequence("ROM01_No_Interaction_2_Hand", "interacting", _apart),
    Sequence("ROM03_LT_No_Occlusion", "left", _alone),
    Sequence("0266_dh_pray", "interacting", _pray),
    Sequence("0007_thumbup_normal", "right", _thumb_up),
    Sequence("0390_dh_touchROM", "interacting", _touch),
    Sequence("0115_rocker_backside", "left", _pointing),
)
