"""Set a stage: a place, who stands where and how large, and what stands before them."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from vitpose_plus.datasets.sample.animal import Animal, draw_animal, project_animal
from vitpose_plus.datasets.sample.background import draw_background, draw_occluders
from vitpose_plus.datasets.sample.company import APART, Company, beside, fits
from vitpose_plus.datasets.sample.figure import Figure
from vitpose_plus.datasets.sample.paint import Part
from vitpose_plus.datasets.sample.person import Person, draw_person, project_person
from vitpose_plus.datasets.sample.space import View, rot_x, rot_y, rot_z
from vitpose_plus.datasets.sample.species import Species

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of picture a data set shows.

    Attributes:
        cast: people or animals.
        sizes: smallest and largest standing height (withers of animals), against the picture's
            height; drawn evenly on a log scale.
        counts: weights of one, two, … instances.
        cut: how often a figure is cut by the picture's edge on purpose.
        strangers: how often tiny people stand far away, too small for keypoints.
        crowd: how often a far crowd is there that is one region.
        species: of all animals; each picture its own when None.
        company: how close together they stand.
        clear: how many at least must be seen well.
    """

    cast: Literal["people", "animals"] = "people"
    sizes: tuple[float, float] = (0.45, 1.05)
    counts: tuple[float, ...] = (0.6, 0.28, 0.09, 0.03)
    cut: float = 0.08
    strangers: float = 0.0
    crowd: float = 0.0
    species: Species | None = None
    company: Company = APART
    clear: int = 1


@dataclass(slots=True)
class Actor:
    """Somebody in a place; drift is pixels a frame to the right and down, in clips."""

    subject: Person | Animal
    view: View
    drift: tuple[float, float] = (0.0, 0.0)

    def figure(self, light: float, frame: int = 0) -> Figure:
        """How the camera sees the actor in this frame of a clip."""
        x, y = self.view.origin
        at = (x + frame * self.drift[0], y + frame * self.drift[1])
        view = self.view.at(self.view.scale, *at)
        if isinstance(self.subject, Person):
            return project_person(self.subject, view, light, -view.scale)
        return project_animal(self.subject, view, light, -view.scale, 0.11 * frame)


@dataclass(slots=True)
class Stage:
    """Everything before the camera. `crowd` are far people who together are one region."""

    background: np.ndarray
    actors: list[Actor]
    occluders: list[Part]
    light: float
    crowd: list[Actor] = field(default_factory=list)


def set_stage(rng: Rng, plan: Plan) -> Stage:
    """A random stage."""
    width, height = (int(v) for v in rng.integers(256, 401, 2))
    stage = Stage(
        draw_background(rng, width, height),
        [],
        draw_occluders(rng, width, height),
        light=float(rng.choice([-1.0, 1.0])),
    )
    weights = np.array(plan.counts)
    count = 1 + int(rng.choice(len(weights), p=weights / weights.sum()))
    taken: list[np.ndarray] = []
    for _ in range(count):
        size = float(np.exp(rng.uniform(*np.log(plan.sizes)))) * height
        place_actor(rng, stage, plan, max(size, 60.0), taken)
    if rng.random() < plan.strangers:
        for _ in range(rng.integers(1, 4)):
            place_actor(rng, stage, Plan(cut=0), rng.uniform(22, 36), taken)
    if rng.random() < plan.crowd:
        stage.crowd = _gather(rng, width, height)
    return stage


def place_actor(rng: Rng, stage: Stage, plan: Plan, size: float, taken: list[np.ndarray]) -> None:
    """Add one actor as the plan's company wants; leave them out when no try finds room."""
    height, width = stage.background.shape[:2]
    animals = plan.cast == "animals"
    subject = draw_animal(rng, plan.species) if animals else draw_person(rng)
    view = _look(rng, animals).at(size, 0.0, 0.0)
    actor = Actor(subject, view)
    extent = actor.figure(stage.light).extent()
    # A long animal or a lying person may be wider than the picture: shrink, do not cut.
    shrink = min(1.0, 1.05 * width / (extent[2] - extent[0]))
    extent = extent * shrink
    for _ in range(plan.company.tries):
        if taken and plan.company.crowded:
            x, y = beside(rng, extent, taken, plan.company.spread)
            x = float(np.clip(x, *_free(extent[0], extent[2], width, standing=False)))
            y = float(np.clip(y, *_free(extent[1], extent[3], height, standing=False)))
        else:
            x, y = _spot(rng, extent, width, height, plan.cut)
        box = extent + np.array([x, y, x, y])
        if fits(box, taken, plan.company):
            actor.view = view.at(size * shrink, x, y)
            stage.actors.append(actor)
            taken.append(box)
            return


def _look(rng: Rng, animal: bool) -> View:
    """A random direction to look from: slightly from above, now and then askew."""
    side = rng.choice([-0.5, 0.5]) * np.pi
    towards = rng.choice([0.0, side, np.pi], p=[0.1, 0.85, 0.05] if animal else [0.66, 0.2, 0.14])
    yaw = towards + rng.normal(0, 0.3)
    roll = rng.normal(0, 0.3) if rng.random() < 0.08 else rng.normal(0, 0.05)
    turn = rot_z(roll) @ rot_x(rng.uniform(-0.1, 0.4)) @ rot_y(yaw)
    return View(turn, distance=rng.uniform(3.5, 8.0))


def _spot(rng: Rng, extent: np.ndarray, width: int, height: int, cut: float) -> tuple[float, float]:
    """Where the root goes so that the extent fits, or on purpose does not."""
    edge = int(rng.integers(4)) if rng.random() < cut else None
    beyond = rng.uniform(0.1, 0.4)
    spot = []
    for axis, room in enumerate((width, height)):
        low, high = float(extent[axis]), float(extent[axis + 2])
        if edge == axis:
            at = -low - beyond * (high - low)
        elif edge == axis + 2:
            at = room - high + beyond * (high - low)
        else:
            at = rng.uniform(*_free(low, high, room, standing=axis == 1))
        spot.append(at)
    return spot[0], spot[1]


def _free(low: float, high: float, room: int, *, standing: bool) -> tuple[float, float]:
    """The range of shifts that keep low..high inside the room, with two pixels to spare."""
    first, last = sorted((2 - low, room - 2 - high))
    if not standing:
        return first, last
    if high - low > room:
        # Too tall: show the head and cut the feet.
        return 2 - low, 6 - low
    # Feet stand on the ground, in the lower part of the picture.
    return max(first, 0.6 * room - high), last


def _gather(rng: Rng, width: int, height: int) -> list[Actor]:
    """A dozen tiny people side by side."""
    x, y = rng.uniform(0.2, 0.8) * width, rng.uniform(0.25, 0.6) * height
    people = []
    for _ in range(rng.integers(7, 13)):
        size = rng.uniform(26, 40)
        at = (x + rng.normal(0, 28), y + rng.normal(0, 5))
        people.append(Actor(draw_person(rng), _look(rng, animal=False).at(size, *at)))
    return people
