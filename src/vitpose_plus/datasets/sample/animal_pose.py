"""What four-legged animals do: gaits, grazing, sitting, rearing, looking round."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vitpose_plus.datasets.sample.space import rot_x, rot_z

Rng = np.random.Generator
LEGS = ("left_front", "right_front", "left_back", "right_back")


@dataclass(frozen=True, slots=True)
class Stance:
    """Angles of a whole animal in radians.

    Attributes:
        swing: each leg forwards, in the order of LEGS.
        flex: each leg, 0 straight, 1 folded.
        neck_rise: added to the species' own; neck_turn: to the left.
        nod: of the head, downwards. head_turn: to the left.
        tail_rise, tail_turn: of the tail.
        bend: of the spine to the left.
        root: [3, 3] turns everything, for rearing and sitting.
    """

    swing: tuple[float, ...]
    flex: tuple[float, ...]
    neck_rise: float = 0.0
    neck_turn: float = 0.0
    nod: float = 0.0
    head_turn: float = 0.0
    tail_rise: float = 0.0
    tail_turn: float = 0.0
    bend: float = 0.0
    root: tuple[tuple[float, ...], ...] = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


@dataclass(frozen=True, slots=True)
class Gait:
    """A repeated movement.

    Attributes:
        lags: each leg's share of the cycle by which it lags, in the order of LEGS.
        swing, flex: how far the legs go and fold.
        speed: of the cycle.
        nod: how far the neck moves.
    """

    lags: tuple[float, float, float, float]
    swing: float
    flex: float
    speed: float
    nod: float = 0.0

    def at(self, stance: Stance, phase: float) -> Stance:
        """The stance at a phase, in cycles."""
        turns = 2 * np.pi * (phase + np.array(self.lags))
        swing = np.array(stance.swing) + self.swing * np.sin(turns)
        flex = np.clip(np.array(stance.flex) + self.flex * np.maximum(0, np.cos(turns)), 0, 1.2)
        beat = float(np.sin(4 * np.pi * phase))
        return replace(
            stance,
            swing=tuple(swing),
            flex=tuple(flex),
            neck_rise=stance.neck_rise + self.nod * beat,
            tail_turn=stance.tail_turn + 0.25 * float(np.sin(2 * np.pi * phase)),
        )


# Who stands still yet breathes and wags.
STILL = Gait((0, 0, 0, 0), 0.0, 0.0, 0.4, 0.05)
WALK = Gait((0.25, 0.75, 0.0, 0.5), 0.36, 0.45, 0.5, 0.05)
TROT = Gait((0.0, 0.5, 0.5, 0.0), 0.5, 0.7, 0.9, 0.03)
GALLOP = Gait((0.5, 0.62, 0.0, 0.12), 0.8, 0.9, 1.5, 0.1)


def draw_stance(rng: Rng) -> tuple[Stance, Gait]:
    """A random stance and the gait that moves it."""
    weights = np.array([weight for _, weight in ACTIONS], dtype=float)
    action, _ = ACTIONS[rng.choice(len(ACTIONS), p=weights / weights.sum())]
    stance, gait = action(rng)
    u = rng.uniform
    return replace(
        stance,
        neck_rise=stance.neck_rise + rng.normal(0, 0.15),
        neck_turn=stance.neck_turn + rng.normal(0, 0.3),
        head_turn=float(np.clip(stance.head_turn + rng.normal(0, 0.3), -0.9, 0.9)),
        nod=stance.nod + rng.normal(0, 0.15),
        tail_rise=u(-0.2, 0.9),
        tail_turn=u(-0.5, 0.5),
        bend=rng.normal(0, 0.15),
    ), gait


def _on_legs(rng: Rng, swing: float, flex: float) -> Stance:
    return Stance(tuple(rng.uniform(-swing, swing, 4)), tuple(rng.uniform(0, flex, 4)))


def _turned(turn: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(v) for v in row) for row in turn)


def _stand(rng: Rng) -> tuple[Stance, Gait]:
    return _on_legs(rng, 0.22, 0.15), STILL


def _graze(rng: Rng) -> tuple[Stance, Gait]:
    down = rng.uniform(-1.9, -1.2)
    return replace(_on_legs(rng, 0.25, 0.15), neck_rise=down, nod=rng.uniform(-0.2, 0.3)), STILL


def _walk(rng: Rng) -> tuple[Stance, Gait]:
    return _on_legs(rng, 0.05, 0.05), WALK


def _trot(rng: Rng) -> tuple[Stance, Gait]:
    return replace(_on_legs(rng, 0.05, 0.05), neck_rise=0.1), TROT


def _gallop(rng: Rng) -> tuple[Stance, Gait]:
    low = replace(_on_legs(rng, 0.1, 0.05), neck_rise=-0.3)
    return replace(low, root=_turned(rot_x(rng.uniform(-0.2, 0.2)))), GALLOP


def _look_round(rng: Rng) -> tuple[Stance, Gait]:
    turn = float(rng.choice([-1, 1]) * rng.uniform(0.6, 1.2))
    return replace(_on_legs(rng, 0.2, 0.15), neck_turn=turn, head_turn=0.5 * turn), STILL


def _rear(rng: Rng) -> tuple[Stance, Gait]:
    up = rng.uniform(0.5, 1.0)
    front = rng.uniform(0.3, 1.0, 2)
    swing = (front[0], front[1], up * 0.9, up * 0.8 + rng.uniform(-0.2, 0.3))
    flex = (*rng.uniform(0.4, 1.0, 2), *rng.uniform(0.1, 0.4, 2))
    return Stance(swing, flex, neck_rise=-0.2, nod=up * 0.5, root=_turned(rot_x(-up))), STILL


def _sit(rng: Rng) -> tuple[Stance, Gait]:
    up = rng.uniform(0.55, 0.85)
    swing = (up * 0.95, up * 0.9, 1.25 + up, 1.2 + up)
    flex = (0.0, 0.0, 1.1, 1.1)
    return Stance(swing, flex, neck_rise=-0.1, nod=up * 0.7, root=_turned(rot_x(-up))), STILL


def _lie(rng: Rng) -> tuple[Stance, Gait]:
    side = rot_z(rng.uniform(-0.5, 0.5))
    front = rng.uniform(0.9, 1.4, 2)
    swing = (*front, *rng.uniform(0.7, 1.2, 2))
    return Stance(swing, (0.5, 0.3, 1.0, 1.0), neck_rise=0.1, root=_turned(side)), STILL


ACTIONS: tuple[tuple[Callable[[Rng], tuple[Stance, Gait]], float], ...] = (
    (_stand, 2),
    (_graze, 2),
    (_walk, 3),
    (_trot, 2.5),
    (_gallop, 3),
    (_look_round, 1.5),
    (_rear, 1.5),
    (_sit, 1.2),
    (_lie, 0.8),
)
