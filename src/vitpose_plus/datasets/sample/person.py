"""Draw a person: proportions, pose, looks and clothes become parts and 133 + 5 keypoints."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.sample.body import Body, Build, articulate, draw_build
from vitpose_plus.datasets.sample.face import (
    EARS,
    EYES,
    HEAD_TOP,
    NOSE_TIP,
    Head,
    Looks,
    draw_head,
    draw_looks,
    face_surface,
)
from vitpose_plus.datasets.sample.figure import Figure, Points
from vitpose_plus.datasets.sample.hand import draw_hand, hand_points
from vitpose_plus.datasets.sample.outfit import Outfit, draw_outfit
from vitpose_plus.datasets.sample.paint import Colour, Part, solid
from vitpose_plus.datasets.sample.pose import Pose, draw_pose
from vitpose_plus.datasets.sample.space import LEFT, SIDES, View
from vitpose_plus.datasets.sample.torso import draw_torso
from vitpose_plus.skeletons.coco_wholebody import FACE, KEYPOINTS, LEFT_HAND, RIGHT_HAND

Rng = np.random.Generator
HAND_NAMES = {"left": LEFT_HAND, "right": RIGHT_HAND}
# Points of AIC and MPII that COCO-WholeBody does not have.
TRUNK = ("head_top", "neck", "upper_neck", "thorax", "pelvis")
NAMES = (*KEYPOINTS, *TRUNK)
TRUNK_PARTS = frozenset({"torso", "hips", "skirt"})


@dataclass(frozen=True, slots=True)
class Person:
    """A person before the camera has seen them."""

    build: Build
    pose: Pose
    looks: Looks
    outfit: Outfit


def draw_person(rng: Rng) -> Person:
    """A random person in a random pose."""
    return Person(draw_build(rng), draw_pose(rng), draw_looks(rng), draw_outfit(rng))


def project_person(person: Person, view: View, light: float, distance: float = 0.0) -> Figure:
    """The person as the camera sees them.

    Args:
        person: who.
        view: from where.
        light: -1 from the picture's left, 1 from its right.
        distance: for the order among figures.
    """
    build, looks = person.build, person.looks
    body = articulate(build, person.pose)
    head = Head(body.joints["head"], body.frames["head"], build.head)
    hands = {side: _hand(body, person, side) for side in SIDES}
    parts = draw_torso(body, build, person.outfit, looks.skin, view, light)
    parts += draw_head(head, looks, view)
    for side in SIDES:
        parts += _arm(body, person, side, view, light)
        parts += _leg(body, person, side, view, light)
        parts.append(draw_hand(f"{side}_hand", hands[side], view, build.hand, looks.skin))
    return Figure("person", parts, _points(body, head, hands, looks, view), view.scale, distance)


def _hand(body: Body, person: Person, side: str) -> np.ndarray:
    arm = person.pose.left_arm if side == LEFT else person.pose.right_arm
    frame, wrist = body.frames[f"{side}_hand"], body.joints[f"{side}_wrist"]
    return hand_points(frame, wrist, person.build.hand, side, (arm.curl,) * 5)


def _limb(
    name: str,
    ends: np.ndarray,
    radii: tuple[float, float],
    colour: Colour,
    view: View,
    light: float,
) -> Part:
    pixels, depth, zoom = view.project(ends)
    return solid(name, float(depth.mean()), pixels, np.array(radii) * zoom, colour, light)


def _arm(body: Body, person: Person, side: str, view: View, light: float) -> list[Part]:
    shoulder, elbow, wrist = (body.joints[f"{side}_{j}"] for j in ("shoulder", "elbow", "wrist"))
    outfit, skin, girth = person.outfit, person.looks.skin, person.build.girth
    upper = outfit.shirt if outfit.sleeve else skin
    lower = outfit.shirt if outfit.sleeve == 2 else skin
    thick, thin, end = 0.044 * girth**0.5, 0.035 * girth**0.5, 0.03
    parts = [
        _limb(f"{side}_upper_arm", np.array([shoulder, elbow]), (thick, thin), upper, view, light),
        _limb(f"{side}_forearm", np.array([elbow, wrist]), (thin, end), lower, view, light),
    ]
    parts[1].depth -= 0.02
    return parts


def _leg(body: Body, person: Person, side: str, view: View, light: float) -> list[Part]:
    hip, knee, ankle = (body.joints[f"{side}_{j}"] for j in ("hip", "knee", "ankle"))
    heel, big, small = (body.joints[f"{side}_{j}"] for j in ("heel", "big_toe", "small_toe"))
    outfit, skin, girth = person.outfit, person.looks.skin, person.build.girth
    upper = outfit.trousers if outfit.leg else skin
    lower = outfit.trousers if outfit.leg == 2 and not outfit.skirt else skin
    thick, middle, thin = 0.064 * girth**0.7, 0.047 * girth**0.5, 0.035
    thigh = _limb(f"{side}_thigh", np.array([hip, knee]), (thick, middle), upper, view, light)
    shin = _limb(f"{side}_shin", np.array([knee, ankle]), (middle, thin), lower, view, light)
    shoe = np.array([heel, big, small, ankle * 0.6 + heel * 0.4])
    pixels, depth, zoom = view.project(shoe)
    radii = np.array([0.028, 0.022, 0.021, 0.03]) * zoom
    foot = solid(f"{side}_foot", float(depth.mean()), pixels, radii, outfit.shoes, light)
    return [thigh, shin, foot]


def _points(
    body: Body, head: Head, hands: dict[str, np.ndarray], looks: Looks, view: View
) -> Points:
    face = face_surface(looks)
    eyes = [face[eye].mean(axis=0) for eye in EYES]
    features = np.array([face[NOSE_TIP], *eyes, *EARS])
    limbs = [body.joints[name] for name in KEYPOINTS[5:23]]
    trunk = [body.joints[name] for name in TRUNK[1:]]
    space = np.concatenate(
        [
            head.place(features),
            limbs,
            head.place(face),
            hands["left"],
            hands["right"],
            head.place(HEAD_TOP[None]),
            trunk,
        ]
    )
    xy, depth, _ = view.project(space)
    towards = head.towards(view)
    facing = np.ones(len(NAMES), dtype=bool)
    # The nose stands out and the ears stick out: they show a little beyond the silhouette.
    limits = np.array([-0.2, 0.05, 0.05, -0.35, -0.35])
    facing[:5] = features @ towards > limits
    facing[23:91] = face @ towards > 0
    return Points(NAMES, xy, _shown_by(depth), facing)


def _shown_by(depth: np.ndarray) -> list[frozenset[str]]:
    """The parts that show each keypoint; the trunk does not show a joint on its far side."""
    homes = [_HOMES[name] for name in NAMES]
    for first, middle in ((5, "thorax"), (11, "pelvis")):
        for joint in (first, first + 1):
            if depth[joint] > depth[NAMES.index(middle)] + 0.06:
                homes[joint] = homes[joint] - TRUNK_PARTS
    return homes


def _homes(name: str) -> frozenset[str]:
    """The parts that show a keypoint."""
    if name in FACE or name in {"nose", "head_top"} or name.endswith(("_eye", "_ear")):
        return frozenset({"head", "hair"} if name == "head_top" else {"head"})
    side = name.split("_")[0]
    if side not in SIDES:
        return _TRUNK_HOMES[name]
    for hand_names in HAND_NAMES.values():
        if name in hand_names:
            return frozenset({f"{side}_hand", f"{side}_forearm"})
    parts = _LIMB_HOMES.get(name.removeprefix(side + "_"), ("foot",))
    return frozenset(part if part in TRUNK_PARTS else f"{side}_{part}" for part in parts)


_TRUNK_HOMES = {
    "neck": frozenset({"torso", "neck"}),
    "upper_neck": frozenset({"neck", "head"}),
    "thorax": frozenset({"torso", "neck"}),
    "pelvis": frozenset({"torso", "hips", "skirt"}),
}
_LIMB_HOMES = {
    "shoulder": ("upper_arm", "torso"),
    "elbow": ("upper_arm", "forearm"),
    "wrist": ("forearm", "hand"),
    "hip": ("thigh", "hips", "torso", "skirt"),
    "knee": ("thigh", "shin", "skirt"),
    "ankle": ("shin", "foot"),
}
_HOMES = {name: _homes(name) for name in NAMES}
