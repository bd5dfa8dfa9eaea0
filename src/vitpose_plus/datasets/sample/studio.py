"""A hand studio's pictures: a dark room, its lights, somebody's shirt and arms, and the hands."""

from dataclasses import dataclass

import cv2
import numpy as np

from vitpose_plus.datasets.sample.camera import TARGET, Camera
from vitpose_plus.datasets.sample.colours import within
from vitpose_plus.datasets.sample.face import draw_looks
from vitpose_plus.datasets.sample.gesture import HeldHand
from vitpose_plus.datasets.sample.hand import PALM
from vitpose_plus.datasets.sample.hand_surface import LIGHT, draw_held_hand
from vitpose_plus.datasets.sample.paint import Colour, Part, Shape, hull, paint, shade, solid
from vitpose_plus.datasets.sample.space import LEFT, MIRROR

Rng = np.random.Generator
# Lamps stand on a sphere around the hands, this many mm away and radians apart.
LAMPS_AWAY, LAMPS_APART = 1500.0, 0.15
STAR = ((1.0, 0.0), (0.0, 1.0), (0.6, 0.6), (0.6, -0.6))
# Colour cameras see the lamps' green cast. BGR.
CAST = np.array([0.72, 0.98, 0.9], np.float32)
SHOULDER, HIP = np.array([150.0, -230.0, 330.0]), np.array([120.0, 420.0, 330.0])


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is filmed: their skin, shirt, and whether its sleeves reach the wrists."""

    skin: Colour
    shirt: Colour
    sleeves: bool


def draw_subject(rng: Rng) -> Subject:
    """Somebody."""
    shirt = within(rng, (0.0, 6.0), (30, 120), (0.3, 0.9))
    skin = shade(draw_looks(rng).skin, float(rng.uniform(0.75, 0.92)))
    return Subject(skin, shirt, bool(rng.random() < 0.4))


def expose(rng: Rng, hands: list[HeldHand], subject: Subject, camera: Camera) -> np.ndarray:
    """[H, W, 3] uint8 BGR: one camera's picture."""
    width, height = camera.size
    image = np.full((height, width, 3), 6, np.uint8)
    _paint_lamps(image, camera)
    parts = _trunk(subject, camera)
    for hand in hands:
        parts += _arm(hand, subject, camera) + draw_held_hand(hand, camera, subject.skin)
    owner = np.zeros((height, width), np.uint8)
    for part in sorted(parts, key=lambda part: -part.depth):
        paint(image, owner, part, 1)
    return _develop(rng, image, camera)


def _trunk(subject: Subject, camera: Camera) -> list[Part]:
    """A shirt behind the hands, with a row of buttons."""
    corners = TARGET + np.array([SHOULDER, SHOULDER @ MIRROR, HIP @ MIRROR, HIP])
    pixels, depth, zoom = camera.project(corners)
    edge = Shape(hull(pixels, 85.0 * zoom), shade(subject.shirt, 0.5))
    cloth = Shape(hull(pixels, 80.0 * zoom), shade(subject.shirt, 0.8))
    placket = TARGET + np.linspace(SHOULDER, HIP, 7) * [0.0, 1.0, 0.73]
    spots, _, size = camera.project(placket)
    details = [cloth, Shape(spots, shade(subject.shirt, 0.6), 30 * float(size.mean()))]
    for spot, unit in zip(spots, size, strict=True):
        details.append(Shape(hull(spot[None], np.array([6 * unit])), shade(subject.shirt, 1.3)))
    return [Part("trunk", float(depth.max()) + 300, [edge], details)]


def _arm(hand: HeldHand, subject: Subject, camera: Camera) -> list[Part]:
    """Forearm and upper arm."""
    shirt = shade(subject.shirt, 0.95)
    shoulder = TARGET + (SHOULDER if hand.side == LEFT else SHOULDER @ MIRROR)
    # A long sleeve ends before the wrist.
    cuff = hand.points[0] + (0.12 if subject.sleeves else 0.0) * (hand.elbow - hand.points[0])
    lower = shirt if subject.sleeves else shade(subject.skin, 0.93)
    upper = _limb("upper", (shoulder, hand.elbow), (0.42, 0.29), hand, shirt, camera)
    fore = _limb("fore", (cuff, hand.elbow), (0.165, 0.25), hand, lower, camera)
    # The palm lies before its arm, wherever the wrist bends.
    palm = float(camera.project(hand.points[list(PALM)])[1].mean())
    fore.depth = max(fore.depth, palm + 5)
    upper.depth = max(upper.depth, fore.depth + 5)
    return [upper, fore]


def _limb(
    name: str,
    ends: tuple[np.ndarray, np.ndarray],
    thick: tuple[float, float],
    hand: HeldHand,
    colour: Colour,
    camera: Camera,
) -> Part:
    """A part of an arm; `thick` is its radius at both ends against the hand's size."""
    pixels, depth, zoom = camera.project(np.array(ends))
    radii = np.array(thick) * hand.size * zoom
    return solid(f"{hand.side}_{name}arm", float(depth.mean()), pixels, radii, colour, LIGHT)


def _paint_lamps(image: np.ndarray, camera: Camera) -> None:
    """Lamps on the far side of the room, each with its star."""
    around, above = np.mgrid[-np.pi : np.pi : LAMPS_APART, -0.9:0.9:LAMPS_APART].reshape(2, -1)
    flat = np.cos(above)
    sphere = np.stack([np.sin(around) * flat, np.sin(above), np.cos(around) * flat], axis=1)
    lamps = TARGET + LAMPS_AWAY * sphere
    lamps = lamps[(lamps - camera.position) @ camera.rotation[2] > 100]
    pixels, _, zoom = camera.project(lamps)
    shown = camera.inside(pixels)
    for at, size in zip(pixels[shown], zoom[shown], strict=True):
        _paint_lamp(image, at, float(size))


def _paint_lamp(image: np.ndarray, at: np.ndarray, size: float) -> None:
    x, y = (int(v) for v in at)
    for arm in STAR:
        dx, dy = (int(30 * size * v) for v in arm)
        cv2.line(image, (x - dx, y - dy), (x + dx, y + dy), (70, 75, 75), 1, cv2.LINE_AA)
    cv2.circle(image, (x, y), max(2, int(13 * size)), (150, 160, 160), -1, cv2.LINE_AA)
    cv2.circle(image, (x, y), max(2, int(9 * size)), (255, 255, 255), -1, cv2.LINE_AA)


def _develop(rng: Rng, image: np.ndarray, camera: Camera) -> np.ndarray:
    """Soften, tint or take the colour, and add grain."""
    image = cv2.GaussianBlur(image, (0, 0), 0.7)
    if camera.coloured:
        image = cv2.convertScaleAbs(image * CAST)
    else:
        image = cv2.merge([cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)] * 3)
    grain = rng.integers(0, 10, image.shape[:2], dtype=np.uint8)
    return cv2.add(image, cv2.merge([grain] * 3))
