"""The 21 points of a hand, in the order of COCO-WholeBody, and their drawing."""

import numpy as np

from vitpose_plus.datasets.sample.paint import Colour, Part, Shape, hull, shade
from vitpose_plus.datasets.sample.space import LEFT, MIRROR, View

# Fingers run along -y, the thumb's side is +z, the palm faces -x (the left hand's inner side).
# In units of the hand's length: knuckle (y, z), sideways splay, and three phalanges.
FINGERS = (
    ((-0.50, 0.19), 0.14, (0.22, 0.14, 0.11)),
    ((-0.53, 0.06), 0.03, (0.25, 0.16, 0.11)),
    ((-0.50, -0.07), -0.08, (0.23, 0.15, 0.11)),
    ((-0.44, -0.18), -0.22, (0.17, 0.11, 0.10)),
)
THUMB_ROOT = np.array([-0.06, -0.14, 0.15])
THUMB_STEPS = (0.20, 0.18, 0.15)
PALM = (0, 1, 5, 9, 13, 17)
CHAINS = tuple(tuple(range(1 + 4 * i, 5 + 4 * i)) for i in range(5))


def hand_points(
    frame: np.ndarray, wrist: np.ndarray, length: float, side: str, curls: tuple[float, ...]
) -> np.ndarray:
    """[21, 3] in the figure's axes.

    Args:
        frame: [3, 3] the hand's axes.
        wrist: [3] where it begins.
        length: units, from the wrist to the longest finger's tip.
        side: "left" or "right".
        curls: of the five fingers from the thumb on; 0 open, 1 in a fist.
    """
    points = [np.zeros(3), *_thumb(curls[0])]
    for ((y, z), splay, phalanges), curl in zip(FINGERS, curls[1:], strict=True):
        at = np.array([0.0, y, z])
        points.append(at)
        for joint, step in enumerate(phalanges):
            bend = curl * (1.2 + 1.3 * joint) + 0.08 * joint
            spread = splay * (1 - 0.7 * curl)
            at = at + step * np.array([-np.sin(bend), -np.cos(bend), spread])
            points.append(at)
    hand = np.array(points) * length
    if side != LEFT:
        hand = hand @ MIRROR
    return wrist + hand @ frame.T


def _thumb(curl: float) -> list[np.ndarray]:
    direction = np.array([-0.15 - 0.5 * curl, -0.75, 0.65 - 0.6 * curl])
    direction /= np.linalg.norm(direction)
    reach = np.cumsum([0.0, *THUMB_STEPS])
    return [THUMB_ROOT + r * direction for r in reach]


def draw_hand(name: str, points: np.ndarray, view: View, length: float, colour: Colour) -> Part:
    """points [21, 3] in the figure's axes -> the hand as one part."""
    pixels, depth, _ = view.project(points)
    unit = length * view.scale
    palm = hull(pixels[list(PALM)], np.full(len(PALM), 0.09 * unit))
    rim = shade(colour, 0.6)
    outline, details = [Shape(palm, rim)], []
    fingers = sorted(CHAINS, key=lambda chain: -depth[list(chain)].mean())
    for chain in fingers:
        outline.append(Shape(pixels[list(chain)], rim, max(1.0, 0.17 * unit)))
    details.append(Shape(hull(pixels[list(PALM)], np.full(len(PALM), 0.06 * unit)), colour))
    for chain in fingers:
        if 0.17 * unit > 2.2:
            details.append(Shape(pixels[list(chain)], rim, 0.17 * unit))
        details.append(Shape(pixels[list(chain)], colour, max(1.0, 0.17 * unit - 1.6)))
    return Part(name, float(depth.mean()) - 0.03, outline, details)
