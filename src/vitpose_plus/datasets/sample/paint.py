"""What figures are made of: parts of filled shapes, painted from far to near.

Beside the picture a map keeps which part of which figure owns each pixel. Silhouettes, boxes and
the visibility of keypoints are read from that map: they are measured, not assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

Colour = tuple[float, float, float]

# Polygons are given in 1/16 pixel, so that thin limbs do not jump from pixel to pixel.
SHIFT = 4
_turn = np.linspace(0, 2 * np.pi, 18, endpoint=False)
CIRCLE = np.stack([np.cos(_turn), np.sin(_turn)], axis=1)


@dataclass(slots=True)
class Shape:
    """A filled polygon, or with `thickness` in pixels an open line. points [N, 2]."""

    points: np.ndarray
    colour: Colour
    thickness: float = 0.0


@dataclass(slots=True)
class Part:
    """Shapes that hide and are hidden together; the first ones are its silhouette.

    Attributes:
        name: unique in its figure.
        depth: units; parts are painted in falling depth.
        outline: shapes that the owner map also gets.
        details: shapes painted on top of the outline.
    """

    name: str
    depth: float
    outline: list[Shape]
    details: list[Shape] = field(default_factory=list)


def shade(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above."""
    b, g, r = (min(255.0, max(0.0, c * factor)) for c in colour)
    return b, g, r


def blend(a: Colour, b: Colour, share: float) -> Colour:
    """`share` of b, the rest of a."""
    x, y, z = (p + (q - p) * share for p, q in zip(a, b, strict=True))
    return x, y, z


def hull(centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Outline [M, 2] of the skin stretched over circles: centres [N, 2], radii [N], pixels."""
    rims = centres[:, None] + radii[:, None, None] * CIRCLE
    return cv2.convexHull(rims.reshape(-1, 2).astype(np.float32))[:, 0]


def ellipse(centre: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Outline [18, 2] of a projected ellipsoid.

    Args:
        centre: [2] pixels.
        axes: [2, 3] pixels, the picture of the three half axes.
    """
    values, vectors = np.linalg.eigh(axes @ axes.T)
    half_axes = vectors * np.sqrt(np.maximum(values, 0.01))
    return centre + CIRCLE @ half_axes.T


def rounded(centres: np.ndarray, radii: np.ndarray, colour: Colour, light: float) -> list[Shape]:
    """A soft solid: dark rim, base, and a lighter inner hull shifted towards the light.

    Args:
        centres: [N, 2] pixels.
        radii: [N] pixels.
        colour: of the base.
        light: -1 from the picture's left, 1 from its right.
    """
    shapes = [Shape(hull(centres, radii), shade(colour, 0.62))]
    rim = np.maximum(0.7, 0.10 * radii)
    shapes.append(Shape(hull(centres, np.maximum(radii - rim, 0.3)), colour))
    if radii.max() > 2.5:
        lit = centres + np.stack([0.26 * light * radii, -0.26 * radii], axis=1)
        shapes.append(Shape(hull(lit, radii * 0.48), blend(colour, (255, 255, 255), 0.16)))
    return shapes


def solid(
    name: str,
    depth: float,
    centres: np.ndarray,
    radii: np.ndarray | Sequence[float],
    colour: Colour,
    light: float,
) -> Part:
    """A part that is one rounded solid; see `rounded`."""
    skin, base, *glow = rounded(centres, np.asarray(radii, dtype=float), colour, light)
    return Part(name, depth, [skin], [base, *glow])


def paint(image: np.ndarray, owner: np.ndarray, part: Part, code: int) -> None:
    """Paint a part onto image [H, W, 3] uint8, and its code onto owner [H, W] int32."""
    for shape in part.outline:
        _fill(owner, shape, code, cv2.LINE_8)
        _fill(image, shape, shape.colour, cv2.LINE_AA)
    for shape in part.details:
        _fill(image, shape, shape.colour, cv2.LINE_AA)


def _fill(target: np.ndarray, shape: Shape, value: Colour | int, line: int) -> None:
    points = np.rint(shape.points * (1 << SHIFT)).astype(np.int32)
    if shape.thickness:
        width = max(1, round(shape.thickness))
        cv2.polylines(target, [points], False, value, width, line, SHIFT)
    else:
        cv2.fillPoly(target, [points], value, line, SHIFT)
