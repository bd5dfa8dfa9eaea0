"""Pose families of a person: joint angles in radians, within what joints can do."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vitpose_plus.datasets.sample.space import rot_x, rot_z

Rng = np.random.Generator


@dataclass(slots=True)
class Arm:
    """Angles of an arm; at zero it hangs, the palm towards the thigh.

    Attributes:
        lift: forwards and up. spread: sideways and up. twist: turns the upper arm inwards.
        elbow: bend. roll: turns the palm backwards. wrist: bends towards the palm.
        curl: 0 open hand, 1 fist.
    """

    lift: float = 0.0
    spread: float = 0.12
    twist: float = 0.0
    elbow: float = 0.15
    roll: float = 0.0
    wrist: float = 0.0
    curl: float = 0.2


@dataclass(slots=True)
class Leg:
    """Angles of a leg; at zero it is straight. twist turns the knee outwards."""

    lift: float = 0.0
    spread: float = 0.05
    twist: float = 0.08
    knee: float = 0.05
    ankle: float = 0.0


@dataclass(slots=True)
class Pose:
    """A whole person.

    Attributes:
        lean, side, turn: of the chest against the pelvis. nod, head_turn, head_tilt: of the head.
        root: [3, 3] turns everything, for lying, diving and falling.
    """

    left_arm: Arm = field(default_factory=Arm)
    right_arm: Arm = field(default_factory=Arm)
    left_leg: Leg = field(default_factory=Leg)
    right_leg: Leg = field(default_factory=Leg)
    lean: float = 0.0
    side: float = 0.0
    turn: float = 0.0
    nod: float = 0.0
    head_turn: float = 0.0
    head_tilt: float = 0.0
    root: np.ndarray = field(default_factory=lambda: np.eye(3))


def draw_pose(rng: Rng) -> Pose:
    """A random pose of a random family."""
    weights = np.array([weight for _, weight in FAMILIES], dtype=float)
    family, _ = FAMILIES[rng.choice(len(FAMILIES), p=weights / weights.sum())]
    pose = family(rng)
    pose.nod += rng.normal(0.08, 0.14)
    pose.head_turn += float(np.clip(rng.normal(0, 0.25), -0.8, 0.8))
    pose.head_tilt += rng.normal(0, 0.12)
    pose.turn += rng.normal(0, 0.12)
    return pose


def draw_arm(rng: Rng) -> Arm:
    """One of the things an arm does while its owner stands or sits."""
    # Half of all arms hang: the first two gestures.
    gesture = GESTURES[rng.integers(2 if rng.random() < 0.4 else len(GESTURES))]
    arm = gesture(rng.uniform)
    arm.wrist += rng.uniform(-0.35, 0.35)
    arm.roll += rng.uniform(-0.5, 0.9)
    arm.curl = float(rng.choice([0.05, 0.2, 0.5, 1.0]))
    return arm


Uniform = Callable[[float, float], float]
GESTURES: tuple[Callable[[Uniform], Arm], ...] = (
    lambda u: Arm(lift=u(-0.3, 0.4), spread=u(0.06, 0.35), elbow=u(0.05, 0.7)),
    lambda u: Arm(lift=u(-0.2, 0.3), spread=u(0.1, 0.4), elbow=u(0.1, 1.2), twist=u(-0.2, 0.8)),
    # a hand on the hip
    lambda u: Arm(lift=u(-0.5, -0.2), spread=u(0.65, 0.9), elbow=u(1.5, 1.9), twist=u(1.2, 1.5)),
    # stretched out to the side
    lambda u: Arm(spread=u(1.0, 1.7), lift=u(-0.2, 0.5), elbow=u(0.0, 0.6), twist=u(-1.6, 0.4)),
    # raised overhead
    lambda u: Arm(spread=u(0.05, 0.5), lift=u(2.3, 3.0), elbow=u(0.0, 0.9), twist=u(-0.3, 0.5)),
    lambda u: Arm(spread=u(1.9, 2.9), lift=u(-0.1, 0.3), elbow=u(0.0, 1.4), twist=u(-1.8, -0.6)),
    # pointing or reaching ahead
    lambda u: Arm(spread=u(-0.2, 0.5), lift=u(1.0, 1.9), elbow=u(0.0, 0.6)),
    # holding something before the chest
    lambda u: Arm(spread=u(0.0, 0.4), lift=u(0.2, 0.9), elbow=u(1.2, 2.1), twist=u(0.1, 1.0)),
    # a hand at the head: a telephone, a salute
    lambda u: Arm(spread=u(0.5, 1.2), lift=u(0.5, 1.2), elbow=u(2.0, 2.4), twist=u(-0.4, 0.3)),
    # waving
    lambda u: Arm(spread=u(1.2, 1.7), lift=u(0.0, 0.2), elbow=u(1.0, 1.9), twist=u(-1.8, -1.3)),
)


def _stand(rng: Rng) -> Pose:
    u = rng.uniform
    straddle = u(0.0, 0.3)
    return Pose(
        left_arm=draw_arm(rng),
        right_arm=draw_arm(rng),
        left_leg=Leg(spread=straddle + u(0, 0.1), lift=u(-0.12, 0.2), knee=u(0.0, 0.25)),
        right_leg=Leg(spread=straddle + u(0, 0.1), lift=u(-0.12, 0.2), knee=u(0.0, 0.25)),
        lean=u(-0.12, 0.25),
        side=rng.normal(0, 0.1),
    )


def _stride(rng: Rng, step: float, bend: float, lean: float) -> Pose:
    """Walking and running: legs and arms swing against each other."""
    phase = rng.uniform(0, 2 * np.pi)
    swing = np.sin(phase)

    def leg(s: float, rising: float) -> Leg:
        knee = 0.12 + bend * max(0.0, rising) + 0.35 * bend * max(0.0, -s)
        return Leg(lift=step * s + 0.1, knee=knee, spread=0.03, ankle=-0.25 * s)

    def arm(s: float) -> Arm:
        return Arm(lift=-step * s, elbow=0.25 + 0.8 * bend * rng.uniform(0.7, 1.2), twist=0.2)

    rising = np.cos(phase)
    return Pose(
        left_leg=leg(swing, rising),
        right_leg=leg(-swing, -rising),
        left_arm=arm(swing) if rng.random() < 0.85 else draw_arm(rng),
        right_arm=arm(-swing) if rng.random() < 0.85 else draw_arm(rng),
        lean=lean,
        turn=-0.2 * swing * step,
    )


def _walk(rng: Rng) -> Pose:
    return _stride(rng, rng.uniform(0.3, 0.6), rng.uniform(0.5, 0.9), rng.uniform(0.0, 0.12))


def _run(rng: Rng) -> Pose:
    return _stride(rng, rng.uniform(0.7, 1.1), rng.uniform(1.2, 1.7), rng.uniform(0.15, 0.4))


def _sit(rng: Rng) -> Pose:
    u = rng.uniform
    lift, knee = u(1.2, 1.65), u(0.6, 1.75)
    legs = [
        Leg(
            lift=lift + u(-0.1, 0.1), knee=knee + u(-0.3, 0.3), spread=u(0.0, 0.35), twist=u(0, 0.3)
        )
        for _ in range(2)
    ]
    return Pose(draw_arm(rng), draw_arm(rng), legs[0], legs[1], lean=u(-0.15, 0.4))


def _crouch(rng: Rng) -> Pose:
    u = rng.uniform
    legs = [
        Leg(lift=u(1.3, 2.1), knee=u(1.6, 2.4), spread=u(0.1, 0.5), twist=u(0, 0.5), ankle=-0.4)
        for _ in range(2)
    ]
    return Pose(
        draw_arm(rng), draw_arm(rng), legs[0], legs[1], lean=u(0.2, 0.8), root=rot_x(u(0.0, 0.35))
    )


def _jump(rng: Rng) -> Pose:
    u = rng.uniform
    legs = [
        Leg(lift=u(-0.3, 1.2), knee=u(0.1, 1.9), spread=u(0.0, 0.7), ankle=u(0.2, 0.7))
        for _ in range(2)
    ]
    pose = Pose(
        draw_arm(rng), draw_arm(rng), legs[0], legs[1], lean=u(-0.3, 0.3), side=u(-0.25, 0.25)
    )
    pose.root = rot_z(u(-0.35, 0.35)) @ rot_x(u(-0.2, 0.3))
    return pose


def _kick(rng: Rng) -> Pose:
    u = rng.uniform
    pose = _stand(rng)
    kicking = Leg(lift=u(0.8, 1.9), knee=u(0.0, 0.9), spread=u(0.0, 0.8), ankle=u(0.0, 0.5))
    if rng.random() < 0.5:
        pose.left_leg = kicking
    else:
        pose.right_leg = kicking
    pose.lean = u(-0.4, 0.1)
    return pose


def _lunge(rng: Rng) -> Pose:
    u = rng.uniform
    legs = [
        Leg(lift=u(0.9, 1.4), knee=u(0.9, 1.5), spread=u(0.0, 0.3)),
        Leg(lift=u(-0.6, -0.1), knee=u(0.1, 0.8), spread=u(0.0, 0.3), ankle=-0.4),
    ]
    if rng.random() < 0.5:
        legs.reverse()
    return Pose(
        draw_arm(rng), draw_arm(rng), legs[0], legs[1], lean=u(-0.1, 0.5), side=u(-0.3, 0.3)
    )


def _bend(rng: Rng) -> Pose:
    u = rng.uniform
    pose = _stand(rng)
    pose.lean, pose.nod = u(0.7, 1.4), u(-0.5, 0.1)
    pose.left_arm.lift += u(0.3, 0.9)
    return pose


def _lie(rng: Rng) -> Pose:
    u = rng.uniform
    pose = _sit(rng) if rng.random() < 0.4 else _stand(rng)
    pose.root = rot_x(rng.choice([-1.0, 1.0]) * u(1.0, 1.6)) @ rot_z(u(-0.3, 0.3))
    return pose


def _cartwheel(rng: Rng) -> Pose:
    pose = _jump(rng)
    pose.root = rot_z(rng.uniform(0.9, 5.4))
    return pose


FAMILIES: tuple[tuple[Callable[[Rng], Pose], float], ...] = (
    (_stand, 8),
    (_walk, 4),
    (_run, 2.5),
    (_sit, 1.5),
    (_crouch, 0.4),
    (_jump, 1.5),
    (_kick, 1.2),
    (_lunge, 1.0),
    (_bend, 0.2),
    (_lie, 0.2),
    (_cartwheel, 0.15),
)
