"""A hand as large as a picture: each phalanx a solid of its own, with nails, knuckles and creases.

Two hands that interlock hide each other finger by finger, so they are not one part each, as the
small hands of people are.
"""

import numpy as np

from vitpose_plus.datasets.sample.camera import Camera
from vitpose_plus.datasets.sample.gesture import HeldHand
from vitpose_plus.datasets.sample.hand import CHAINS, PALM
from vitpose_plus.datasets.sample.paint import Colour, Part, Shape, blend, hull, shade, solid
from vitpose_plus.datasets.sample.space import LEFT

# Half the thickness of fingers from root to tip, and of the palm, against the hand's size.
THUMB_RADII = (0.088, 0.068, 0.058, 0.046)
FINGER_RADII = (0.058, 0.053, 0.046, 0.038)
PALM_RADII = (0.11, 0.085, 0.062, 0.062, 0.062, 0.06)
KNUCKLES = (5, 9, 13, 17)
NAIL: Colour = (205.0, 205.0, 240.0)
LIGHT = -1.0


def draw_held_hand(hand: HeldHand, camera: Camera, skin: Colour) -> list[Part]:
    """The parts of a hand as a camera sees it."""
    parts = [_palm(hand, camera, skin)]
    for number, chain in enumerate(CHAINS):
        radii = THUMB_RADII if number == 0 else FINGER_RADII
        for joint in range(3):
            ends, thick = chain[joint : joint + 2], radii[joint : joint + 2]
            parts.append(_phalanx(hand, camera, skin, ends, thick))
        _add_nail(hand, camera, skin, parts[-1], chain, radii[-1])
    return parts


def across(hand: HeldHand) -> np.ndarray:
    """[3] unit vector from the little finger's side to the thumb's."""
    side = hand.points[KNUCKLES[0]] - hand.points[KNUCKLES[-1]]
    return side / np.linalg.norm(side)


def back(hand: HeldHand, along: np.ndarray) -> np.ndarray:
    """[3] unit vector out of the back of the hand or of a finger that runs along [3]."""
    out = np.cross(across(hand), along)
    return (1.0 if hand.side == LEFT else -1.0) * out / np.linalg.norm(out)


def _phalanx(
    hand: HeldHand, camera: Camera, skin: Colour, ends: tuple[int, ...], thick: tuple[float, ...]
) -> Part:
    pixels, depth, zoom = camera.project(hand.points[list(ends)])
    radii = np.array(thick) * hand.size * zoom
    name = f"{hand.side}_{ends[0]}"
    return solid(name, float(depth.mean()), pixels, radii, skin, LIGHT)


def _add_nail(
    hand: HeldHand, camera: Camera, skin: Colour, part: Part, chain: tuple[int, ...], thick: float
) -> None:
    """A nail on the last phalanx, where its back shows."""
    root, tip = hand.points[chain[-2]], hand.points[chain[-1]]
    out = back(hand, tip - root)
    if _turned_away(out, tip, camera, 0.25):
        return
    bed = np.array([root + (tip - root) * share for share in (0.72, 1.02)])
    pixels, _, zoom = camera.project(bed + 0.8 * thick * hand.size * out)
    radii = 0.5 * thick * hand.size * zoom
    part.details.append(Shape(hull(pixels, radii), blend(skin, NAIL, 0.7)))


def _palm(hand: HeldHand, camera: Camera, skin: Colour) -> Part:
    pixels, depth, zoom = camera.project(hand.points[list(PALM)])
    radii = np.array(PALM_RADII) * hand.size * zoom
    name = f"{hand.side}_palm"
    part = solid(name, float(depth.mean()), pixels, radii, skin, LIGHT)
    knuckles = hand.points[list(KNUCKLES)]
    out = back(hand, knuckles.mean(axis=0) - hand.points[0])
    if _turned_away(out, hand.points[0], camera, 0.0):
        part.details += _creases(hand, camera, skin, out)
    else:
        part.details += _knuckles(hand, camera, skin, out)
    return part


def _creases(hand: HeldHand, camera: Camera, skin: Colour, out: np.ndarray) -> list[Shape]:
    """The lines of a palm: of the heart, of the head, and around the thumb's ball."""
    wrist, first, last = hand.points[0], hand.points[KNUCKLES[0]], hand.points[KNUCKLES[-1]]
    lines = (
        ((0.98, 0.5), (0.82, 0.25), (0.8, 0.0)),
        ((0.86, 1.0), (0.7, 0.7), (0.58, 0.15)),
        ((0.86, 1.0), (0.6, 0.72), (0.35, 0.6), (0.12, 0.5)),
    )
    shapes = []
    for line in lines:
        space = [wrist + up * (last + (first - last) * side - wrist) for up, side in line]
        pixels, _, zoom = camera.project(np.array(space) - 0.05 * hand.size * out)
        shapes.append(Shape(pixels, shade(skin, 0.74), 0.012 * hand.size * float(zoom.mean())))
    return shapes


def _knuckles(hand: HeldHand, camera: Camera, skin: Colour, out: np.ndarray) -> list[Shape]:
    """Knuckles and the tendons that lead to them."""
    shapes = []
    for knuckle in KNUCKLES:
        ends = np.array([hand.points[knuckle], hand.points[0]])
        ends[1] += 0.35 * (ends[0] - ends[1])
        pixels, _, zoom = camera.project(ends + 0.05 * hand.size * out)
        unit = hand.size * float(zoom.mean())
        shapes.append(Shape(pixels, shade(skin, 0.9), 0.014 * unit))
        shapes.append(Shape(hull(pixels[:1], np.array([0.034 * unit])), shade(skin, 0.82)))
        shapes.append(Shape(hull(pixels[:1] - 1.0, np.array([0.022 * unit])), skin))
    return shapes


def _turned_away(out: np.ndarray, at: np.ndarray, camera: Camera, limit: float) -> bool:
    """Whether a surface that faces `out` [3] at a point [3] does not show itself."""
    sight = camera.position - at
    return float(out @ sight) < limit * float(np.linalg.norm(sight))
