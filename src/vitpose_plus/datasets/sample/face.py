"""The 68 points of a face and the drawing of a head from them.

A head is an ellipsoid. Its surface is addressed by [x, y, z] on the unit sphere: x to the person's
left, y up, z to the front; features that stand out, such as the nose, lie beyond it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from vitpose_plus.datasets.sample.paint import Colour, Part, Shape, blend, ellipse, shade, solid
from vitpose_plus.datasets.sample.space import View

Rng = np.random.Generator
# Points on the unit sphere, a colour and a line's thickness in pixels.
Paint = Callable[..., None]
HALF_AXES = np.array([0.40, 0.50, 0.45])
NOSE_TIP, EYES = 30, (slice(42, 48), slice(36, 42))
EARS = np.array([[1.0, -0.02, -0.1], [-1.0, -0.02, -0.1]])
# Camera y points up, picture y down.
DOWN = np.array([[1.0], [-1.0]])
# An ear, flat against the side of the head.
_turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
LOBE = np.column_stack([np.zeros(10), 1.3 * np.sin(_turn), np.cos(_turn)])
HEAD_TOP = np.array([0.0, 1.06, 0.0])


@dataclass(frozen=True, slots=True)
class Looks:
    """What a head looks like.

    Attributes:
        hair: "short", "long", "bald", "bun" or "cap".
        hairline: height of the forehead's edge on the unit sphere.
        smile, gap: how far the mouth's corners rise, and how far it opens.
    """

    skin: Colour
    hair_colour: Colour
    hair: str
    hairline: float
    iris: Colour
    smile: float
    gap: float
    glasses: bool


@dataclass(frozen=True, slots=True)
class Head:
    """Where a head is: centre [3] and frame [3, 3] in the figure's axes, height in units."""

    centre: np.ndarray
    frame: np.ndarray
    height: float

    def place(self, surface: np.ndarray) -> np.ndarray:
        """[N, 3] on the unit sphere -> [N, 3] in the figure's axes."""
        return self.centre + (surface * HALF_AXES * self.height) @ self.frame.T

    def towards(self, view: View) -> np.ndarray:
        """[3] the point of the unit sphere that is nearest to the camera."""
        to_camera = self.frame.T @ view.rotation.T @ [0.0, 0.0, 1.0]
        pull = to_camera / HALF_AXES
        return pull / np.linalg.norm(pull)


def face_surface(looks: Looks) -> np.ndarray:
    """[68, 3]: the face's points on the head's unit sphere."""
    right_brow = [(-0.68, 0.33), (-0.56, 0.42), (-0.43, 0.45), (-0.30, 0.43), (-0.18, 0.38)]
    right_eye = [(-0.56, 0.13), (-0.47, 0.21), (-0.33, 0.21), (-0.23, 0.12)]
    right_eye += [(-0.33, 0.06), (-0.47, 0.06)]
    angles = np.linspace(-1.75, 1.75, 17)
    points = [(0.96 * np.sin(a), -0.94 * np.cos(a)) for a in angles]
    points += right_brow + [(-x, y) for x, y in reversed(right_brow)]
    points += [(0.0, 0.16), (0.0, 0.04), (0.0, -0.07), (0.0, -0.18)]
    points += [(-0.17, -0.27), (-0.09, -0.30), (0.0, -0.31), (0.09, -0.30), (0.17, -0.27)]
    points += right_eye + [(-x, y) for x, y in (right_eye[i] for i in (3, 2, 1, 0, 5, 4))]
    points += _mouth(looks.smile, looks.gap)
    flat = np.array(points)
    z = np.sqrt(np.maximum(0.0, 1 - (flat**2).sum(axis=1)))
    z[27:31] += [0.02, 0.08, 0.16, 0.24]
    z[31:36] += [0.03, 0.08, 0.13, 0.08, 0.03]
    return np.column_stack([flat, z])


def _mouth(smile: float, gap: float) -> list[tuple[float, float]]:
    corner = -0.55 + smile
    upper = [(-0.19, -0.49), (-0.07, -0.46), (0.0, -0.475), (0.07, -0.46), (0.19, -0.49)]
    lower = [(0.19, -0.63 - gap), (0.07, -0.68 - gap), (0.0, -0.69 - gap)]
    lower += [(-0.07, -0.68 - gap), (-0.19, -0.63 - gap)]
    inner = [(-0.27, corner), (-0.10, -0.535), (0.0, -0.54), (0.10, -0.535), (0.27, corner)]
    inner += [(0.10, -0.58 - gap), (0.0, -0.585 - gap), (-0.10, -0.58 - gap)]
    return [(-0.34, corner), *upper, (0.34, corner), *lower, *inner]


def draw_looks(rng: Rng) -> Looks:
    """Random skin, hair and expression."""
    dark = np.array([58, 82, 122.0])
    fair = np.array([186, 208, 246.0])
    hairs = [(28, 26, 30), (24, 36, 56), (44, 44, 48), (60, 190, 240)]
    irises = [(40, 50, 80), (150, 100, 40), (70, 120, 60)]
    styles = ["short", "long", "bald", "bun", "cap"]
    skin = fair + (dark - fair) * rng.uniform(0, 1) + rng.normal(0, 4, 3)
    return Looks(
        skin=(float(skin[0]), float(skin[1]), float(skin[2])),
        hair_colour=hairs[rng.integers(len(hairs))],
        hair=str(rng.choice(styles, p=[0.46, 0.32, 0.0, 0.14, 0.08])),
        hairline=rng.uniform(0.5, 0.7),
        iris=irises[rng.integers(len(irises))],
        smile=rng.uniform(-0.03, 0.07),
        gap=float(rng.choice([0.0, 0.0, 0.05, 0.15])),
        glasses=bool(rng.random() < 0.12),
    )


def draw_head(head: Head, looks: Looks, view: View) -> list[Part]:
    """The head, and hair that hangs behind it."""
    skin, towards = looks.skin, head.towards(view)
    (centre,), (depth,), (zoom,) = view.project(head.centre[None])
    axes = zoom * head.height * (view.rotation @ head.frame * HALF_AXES)[:2] * DOWN
    hair = skin if looks.hair == "bald" else looks.hair_colour
    bulge = 1.0 if looks.hair == "bald" else 1.06
    skull = Shape(ellipse(centre, axes * bulge), shade(hair, 0.7))
    part = Part("head", float(depth) - 0.02, [skull])
    part.details.append(Shape(ellipse(centre, axes * bulge * 0.93), hair))

    def paint(surface: np.ndarray, colour: Colour, thickness: float = 0.0) -> None:
        part.details.append(Shape(view.project(head.place(surface))[0], colour, thickness))

    pixel = head.height * zoom
    for ear in EARS:
        if ear @ towards > -0.35:
            paint(ear + 0.17 * LOBE, shade(skin, 0.7))
            paint(ear + 0.12 * LOBE, shade(skin, 0.95))
    edge = _face_edge(looks)
    if (edge @ towards > 0).any():
        paint(_front_rim(edge, towards), skin)
    _features(face_surface(looks), looks, towards, pixel, paint)
    if looks.hair == "cap":
        _cap(looks, towards, paint)
    return [part, *_loose_hair(head, looks, view)]


def _face_edge(looks: Looks) -> np.ndarray:
    line = looks.hairline
    brow = [(0.93, 0.30), (0.80, line - 0.06), (0.42, line + 0.08), (0.0, line + 0.1)]
    brow += [(-x, y) for x, y in reversed(brow[:3])]
    jaw = face_surface(looks)[:17]
    top = np.array(brow)
    top = np.column_stack([top, np.sqrt(np.maximum(0.0, 1 - (top**2).sum(axis=1)))])
    return np.concatenate([jaw, top])


def _rim(surface: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Push points of the far side onto the silhouette, so that a patch ends there."""
    height = surface @ towards
    silhouette = surface - height[:, None] * towards
    silhouette /= np.linalg.norm(silhouette, axis=1, keepdims=True) + 1e-9
    return np.where(height[:, None] < 0, silhouette, surface)


def _front_rim(surface: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """As `_rim`, for a patch around the front: the hidden points end on the front's side."""
    rim = _rim(surface, towards)
    front = np.array([0.0, 0.0, 1.0]) - towards[2] * towards
    front /= np.linalg.norm(front) + 1e-9
    behind = np.minimum(rim @ front, 0) * (surface @ towards < 0)
    return rim - 2 * behind[:, None] * front


def _features(
    face: np.ndarray, looks: Looks, towards: np.ndarray, pixel: float, paint: Paint
) -> None:
    """Brows, eyes, nose and mouth, each where its surface is turned towards the camera."""
    shows = face @ towards
    thin, dark = max(1.0, 0.02 * pixel), shade(looks.hair_colour, 0.6)
    for eye, brow in zip(EYES, (slice(22, 27), slice(17, 22)), strict=True):
        if shows[eye].mean() < 0.12:
            continue
        paint(face[brow], dark, max(1.0, 0.035 * pixel))
        paint(face[eye], (245, 245, 245))
        middle = face[eye].mean(axis=0)
        ball = 0.085 * np.array([[1, 0, 0], [0, 0.8, 0], [-1, 0, 0], [0, -0.8, 0]])
        paint(middle + ball, looks.iris if pixel > 40 else (20, 20, 20))
        if pixel > 40:
            paint(middle + 0.5 * ball, (15, 15, 15))
        if looks.glasses:
            ring = 0.22 * np.array([[1, 0.8, 0], [1, -0.8, 0], [-1, -0.8, 0], [-1, 0.8, 0]])
            paint((middle + ring)[[0, 1, 2, 3, 0]], (30, 30, 30), thin)
    if shows[NOSE_TIP] > -0.2:
        tip = face[NOSE_TIP] + 0.13 * np.array(
            [[-1, -0.5, 0], [0, 0.9, 0], [1, -0.5, 0], [0, -1, 0]]
        )
        paint(face[[27, 31, 33, 35]], blend(looks.skin, (70, 80, 190), 0.35))
        paint(tip, blend(looks.skin, (60, 60, 200), 0.6))
        paint(face[31:36], shade(looks.skin, 0.5), thin)
    if shows[51] > 0.05:
        paint(_rim(face[48:60], towards), blend(looks.skin, (70, 60, 190), 0.6))
        paint(_rim(face[60:68], towards), (40, 25, 70) if looks.gap < 0.1 else (235, 235, 240))


def _cap(looks: Looks, towards: np.ndarray, paint: Paint) -> None:
    around = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    edge = 0.45
    ring = np.column_stack([0.9 * np.cos(around), np.full(24, edge), 0.9 * np.sin(around)])
    crown = ring * [0.55, 0.0, 0.55] + [0.0, 0.98, 0.0]
    colour = blend(looks.hair_colour, (60, 60, 200), 0.6)
    dome = np.concatenate([_rim(ring * 1.06, towards), _rim(crown * 1.1, towards)])
    paint(_hull_order(dome, towards), colour)
    if towards[2] > -0.3:
        sweep = np.linspace(-0.9, 0.9, 7)
        inner = np.column_stack([0.85 * np.sin(sweep), np.full(7, edge), 0.9 * np.cos(sweep)])
        paint(np.concatenate([inner, (inner * [1.0, 0.9, 1.6])[::-1]]), shade(colour, 0.75))


def _hull_order(surface: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """The points of the outline as the camera sees it, in its order."""
    across = np.cross([0.0, 1.0, 0.0], towards)
    across /= np.linalg.norm(across) + 1e-9
    plane = np.stack([surface @ across, surface @ np.cross(towards, across)], axis=1)
    order = cv2.convexHull(plane.astype(np.float32), returnPoints=False)[:, 0]
    return surface[order]


def _loose_hair(head: Head, looks: Looks, view: View) -> list[Part]:
    if looks.hair == "long":
        strand = np.array([[0.0, 0.3, -0.5], [0.35, -0.9, -0.75], [-0.35, -0.9, -0.75]])
        radii = np.array([0.42, 0.3, 0.3]) * head.height
        nearer = 0.0
    elif looks.hair == "bun":
        strand, radii, nearer = np.array([[0.0, 0.55, -1.05]]), np.array([0.19 * head.height]), 0.0
    else:
        return []
    pixels, depth, zoom = view.project(head.place(strand))
    hair = shade(looks.hair_colour, 0.9)
    return [solid("hair", float(depth.mean()) - nearer, pixels, radii * zoom, hair, 0.5)]
