"""Joints of a four-legged animal, and the animal as a figure."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.sample.animal_head import draw_animal_head
from vitpose_plus.datasets.sample.animal_pose import LEGS, Gait, Stance, draw_stance
from vitpose_plus.datasets.sample.coat import Mark, Tube, coat_marks, draw_marks
from vitpose_plus.datasets.sample.figure import Figure, Points
from vitpose_plus.datasets.sample.paint import Colour, Part, Shape, rounded, shade, solid
from vitpose_plus.datasets.sample.space import View, rot_x, rot_y
from vitpose_plus.datasets.sample.species import SPECIES, Species
from vitpose_plus.skeletons.ap10k import KEYPOINTS

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Animal:
    """An individual: a species, a coat, and what it does."""

    species: Species
    base: Colour
    second: Colour
    marks: tuple[Mark, ...]
    stance: Stance
    gait: Gait
    phase: float


@dataclass(slots=True)
class Bones:
    """Joints by name [3], and the head's axes [3, 3], in the figure's axes."""

    joints: dict[str, np.ndarray]
    head: np.ndarray


def draw_animal(rng: Rng, species: Species | None = None) -> Animal:
    """A random individual, of this species when one is given."""
    species = species or SPECIES[rng.integers(len(SPECIES))]
    base, second = species.coats[rng.integers(len(species.coats))]
    tint = rng.uniform(0.82, 1.12)
    marks = draw_marks(rng, species.pattern)
    stance, gait = draw_stance(rng)
    return Animal(species, shade(base, tint), second, marks, stance, gait, rng.uniform(0, 1))


def bones(species: Species, stance: Stance) -> Bones:
    """Forward kinematics; the middle of the trunk is the origin."""
    root = np.array(stance.root)
    front, back = root @ rot_y(stance.bend), root @ rot_y(-stance.bend)
    half = species.length / 2
    chest, rump = front @ [0, 0, half], back @ [0, 0, -half]
    joints = {"chest": chest, "rump": rump}
    for i, leg in enumerate(LEGS):
        sign = 1 if leg.startswith("left") else -1
        if "front" in leg:
            frame, at, radius, thighs = front, chest, species.chest, _front_angles
        else:
            frame, at, radius, thighs = back, rump, species.rump, _back_angles
        at = at + frame @ [sign * 0.62 * radius, -0.15 * radius, 0]
        steps = species.leg * np.array([0.37, 0.35, 0.30])
        for joint, angle, step in zip("0123", (None, *thighs(stance, i)), (0, *steps), strict=True):
            if angle is not None:
                at = at + frame @ [0, -step * np.cos(angle), step * np.sin(angle)]
            joints[leg + joint] = at
    rise = species.neck_rise + stance.neck_rise
    neck = front @ rot_y(stance.neck_turn) @ rot_x(-rise)
    joints["neck"] = chest + front @ [0, 0.45 * species.chest, 0.35 * species.chest]
    joints["head"] = joints["neck"] + neck @ [0, 0, species.neck]
    pitch = 0.45 + stance.nod - 0.35 * min(0.0, stance.neck_rise)
    turn = rot_y(stance.neck_turn + stance.head_turn)
    joints["tail"] = rump + back @ [0, 0.62 * species.rump, -0.72 * species.rump]
    tail = back @ rot_y(stance.tail_turn) @ rot_x(stance.tail_rise)
    joints["tail1"] = joints["tail"] + tail @ [0, -0.25 * species.tail, -0.42 * species.tail]
    joints["tail2"] = joints["tail1"] + tail @ [0, -0.45 * species.tail, -0.15 * species.tail]
    return Bones(joints, front @ turn @ rot_x(pitch))


def _front_angles(stance: Stance, leg: int) -> tuple[float, float, float]:
    swing, flex = stance.swing[leg], stance.flex[leg]
    lower = swing + 0.12 + 0.35 * flex
    return 0.85 * swing - 0.28, lower, lower - 1.5 * flex


def _back_angles(stance: Stance, leg: int) -> tuple[float, float, float]:
    swing, flex = stance.swing[leg], stance.flex[leg]
    lower = swing - 0.5 - 0.9 * flex
    return 0.85 * swing + 0.3 + 0.3 * flex, lower, lower + 0.6 + 0.4 * flex


def project_animal(
    animal: Animal, view: View, light: float, distance: float = 0.0, step: float = 0.0
) -> Figure:
    """The animal as the camera sees it.

    Args:
        animal: who.
        view: from where.
        light: -1 from the picture's left, 1 from its right.
        distance: for the order among figures.
        step: gait cycles since the clip began.
    """
    species = animal.species
    stance = animal.gait.at(animal.stance, animal.phase + step * animal.gait.speed)
    body = bones(species, stance)
    parts = [_leg(animal, body, leg, view, light) for leg in LEGS]
    parts += [_trunk(animal, body, view, light), _neck(animal, body, view, light)]
    parts.append(_tail(animal, body, view, light))
    head, features = draw_animal_head(
        species, (animal.base, animal.second), (body.joints["head"], body.head), view, light
    )
    parts += head
    return Figure(species.name, parts, _points(body, features, view), view.scale, distance)


def _leg(animal: Animal, body: Bones, leg: str, view: View, light: float) -> Part:
    chain = np.array([body.joints[f"{leg}{i}"] for i in range(4)])
    pixels, depth, zoom = view.project(chain)
    thick = animal.species.thick
    radii = np.array([1.25 * thick, 0.72 * thick, 0.5 * thick, 0.46 * thick]) * zoom
    # The far side lies in the shade: it tells left from right in a profile.
    far = depth.mean() > view.project(np.zeros((1, 3)))[1][0] + 0.02
    colour = shade(animal.base, 0.72 if far else 1.0)
    part = Part(leg, float(depth.mean()), [])
    for a, b in ((2, 3), (1, 2), (0, 1)):
        skin, *inner = rounded(pixels[[a, b]], radii[[a, b]], colour, light)
        part.outline.append(skin)
        part.details += inner
    hoof = rounded(pixels[[3]], radii[[3]] * 1.15, shade(animal.second, 0.7), light)
    part.outline.append(hoof[0])
    part.details += hoof[1:]
    return part


def _trunk(animal: Animal, body: Bones, view: View, light: float) -> Part:
    species, joints = animal.species, body.joints
    middle = (joints["chest"] + joints["rump"]) / 2
    spheres = np.array([joints["chest"], middle, joints["rump"]])
    pixels, depth, zoom = view.project(spheres)
    radii = np.array([species.chest, 0.97 * max(species.chest, species.rump), species.rump]) * zoom
    part = solid("trunk", float(depth.mean()), pixels, radii, animal.base, light)
    tube = Tube(joints["rump"], joints["chest"], species.rump, species.chest, animal.stance.root)
    part.details += coat_marks(tube, animal.marks, animal.second, species.pattern, view)
    return part


def _neck(animal: Animal, body: Bones, view: View, light: float) -> Part:
    species, joints = animal.species, body.joints
    root = joints["neck"] - 0.5 * (joints["neck"] - joints["chest"])
    pixels, depth, zoom = view.project(np.array([root, joints["head"]]))
    wide = min(0.8 * species.chest, 2.1 * species.neck_radius)
    radii = np.array([wide, species.neck_radius])
    part = solid("neck", float(depth.mean()) - 0.03, pixels, radii * zoom, animal.base, light)
    tube = Tube(root, joints["head"], wide, species.neck_radius, animal.stance.root)
    part.details += coat_marks(tube, animal.marks[::2], animal.second, species.pattern, view)
    if species.crest:
        ridge = np.array([tube.on(t, 0.0) for t in np.linspace(0.1, 1.0, 6)])
        line = Shape(view.project(ridge)[0], shade(animal.second, 0.8), 0.06 * view.scale)
        part.outline.append(line)
        part.details.append(line)
    return part


def _tail(animal: Animal, body: Bones, view: View, light: float) -> Part:
    pixels, depth, zoom = view.project(
        np.array([body.joints[n] for n in ("tail", "tail1", "tail2")])
    )
    radius = animal.species.tail_radius * zoom
    first = rounded(pixels[:2], np.array([0.7, 1.0]) * radius[:2], animal.base, light)
    bushy = animal.species.tail_radius > 0.045
    tip = animal.second if bushy else animal.base
    second = rounded(pixels[1:], np.array([1.0, 1.1]) * radius[1:], tip, light)
    return Part("tail", float(depth.mean()), [first[0], second[0]], [*first[1:], *second[1:]])


def _points(body: Bones, features: np.ndarray, view: View) -> Points:
    joints = body.joints
    limbs = [joints[leg + str(i)] for leg, i in _LIMB_JOINTS]
    space = np.array([*features[:3], joints["neck"], joints["tail"], *limbs])
    pixels, _, _ = view.project(space)
    # Eyes look sideways and a little ahead: the far one is hidden by the head itself.
    outwards = np.array([[0.9, 0.2, 0.45], [-0.9, 0.2, 0.45], [0, 0, 0.6]]) @ body.head.T
    facing = np.ones(len(KEYPOINTS), dtype=bool)
    facing[:3] = outwards @ view.rotation[2] > np.array([-0.05, -0.05, -0.4])
    homes = [frozenset({"head"})] * 3
    homes += [frozenset({"trunk", "neck"}), frozenset({"trunk", "tail"})]
    middle = view.project(np.zeros((1, 3)))[1][0]
    side = view.rotation[2, 0]
    for leg, i in _LIMB_JOINTS:
        near = side * (1 if leg.startswith("left") else -1) > -0.3
        ahead = view.project(joints[leg + str(i)][None])[1][0] < middle
        shown = {leg, "trunk"} if near and i == 0 and (ahead or abs(side) > 0.4) else {leg}
        homes.append(frozenset(shown))
    return Points(KEYPOINTS, pixels, homes, facing)


# AP-10K's elbow and knee are the second joints of the drawn legs, its paws the last.
_LIMB_JOINTS = tuple(
    (leg, i) for leg in ("left_front", "right_front", "left_back", "right_back") for i in (0, 1, 3)
)
