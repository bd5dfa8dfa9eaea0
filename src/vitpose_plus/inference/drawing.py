"""Poses drawn on a picture: left in cool colours, right in warm ones, the middle between."""

import colorsys

import cv2
import numpy as np

from vitpose_plus.skeletons import Skeleton

Colour = tuple[int, int, int]

# Hue ranges in degrees: blue to green, red to yellow, violet to pink.
HUES = {"left": (215.0, 165.0), "right": (5.0, 48.0), "middle": (268.0, 318.0)}
SIDELESS = (0.0, 300.0)  # A set without sides, such as a hand's: every hue, to tell fingers apart.
OUTLINE: Colour = (24, 24, 28)
BOX: Colour = (235, 235, 235)
RIM = 0.5  # How much wider than its line an outline is.
OPACITY = 0.9
SUBPIXEL = 4  # cv2 takes coordinates in sixteenths of a pixel.
MANY_KEYPOINTS = 40  # Beyond this (whole body) fingers and face need finer lines.


def draw_poses(
    image: np.ndarray,
    keypoints: np.ndarray,
    scores: np.ndarray,
    skeleton: Skeleton,
    *,
    threshold: float = 0.3,
    boxes: np.ndarray | None = None,
) -> np.ndarray:
    """Draw limbs and joints, thicker on larger instances.

    Args:
        image: [H, W, 3] uint8 RGB; stays as it is.
        keypoints: [N, K, 2] pixels.
        scores: [N, K]; a keypoint below the threshold is not drawn, nor are its limbs.
        skeleton: names the sides and the limbs.
        threshold: the least score to draw.
        boxes: [N, 4] x, y, width, height in pixels, drawn thinly where given.

    Returns:
        [H, W, 3] uint8 RGB, a new picture.
    """
    canvas = np.ascontiguousarray(image).copy()
    for box in [] if boxes is None else boxes:
        _draw_box(canvas, box)
    for points, confidence in zip(keypoints, scores, strict=True):
        seen = (confidence >= threshold) & np.isfinite(points).all(axis=1)
        if seen.any():
            _draw_pose(canvas, points, seen, skeleton)
    return cv2.addWeighted(canvas, OPACITY, np.ascontiguousarray(image), 1 - OPACITY, 0)


def side(keypoint: str) -> str:
    """Which side a keypoint's name puts it on: left, right or middle."""
    prefix = keypoint.split("_")[0]
    return prefix if prefix in {"left", "right"} else "middle"


def keypoint_colours(skeleton: Skeleton) -> list[Colour]:
    """K colours: the side gives the family, the place in the side's order gives the hue.

    Fingers and face run through the hues on their own, so a body looks alike in every set.
    """
    groups = list(zip(map(side, skeleton.keypoints), fine_keypoints(skeleton), strict=True))
    places = [groups[:i].count(group) for i, group in enumerate(groups)]
    sided = any(group[0] != "middle" for group in groups)
    return [
        _hue(HUES[group[0]] if sided else SIDELESS, place / max(groups.count(group) - 1, 1))
        for group, place in zip(groups, places, strict=True)
    ]


def limb_colours(skeleton: Skeleton) -> list[Colour]:
    """A colour for each limb: its sided end's; a limb from left to right is of the middle."""
    colours = keypoint_colours(skeleton)
    return [_limb_colour(skeleton, colours, limb) for limb in skeleton.limbs]


def fine_keypoints(skeleton: Skeleton) -> list[bool]:
    """K flags: fingers and face points, told in large sets by a name that ends in a number."""
    large = len(skeleton) > MANY_KEYPOINTS
    return [large and name[-1].isdigit() for name in skeleton.keypoints]


def line_width(points: np.ndarray, image: np.ndarray) -> float:
    """Pixels: an eightieth of the instance's diagonal (at most the picture's), at least 1.2."""
    extent = float(np.linalg.norm(np.ptp(points, axis=0)))
    return max(min(extent, float(np.hypot(*image.shape[:2]))) / 80, 1.2)


def _limb_colour(skeleton: Skeleton, colours: list[Colour], limb: tuple[str, str]) -> Colour:
    sides = [side(name) for name in limb]
    if set(sides) == {"left", "right"}:
        return _hue(HUES["middle"], 0.5)
    sided = [name for name, s in zip(limb, sides, strict=True) if s != "middle"]
    return colours[skeleton.index((sided or list(limb))[-1])]


def _hue(hues: tuple[float, float], place: float) -> Colour:
    first, last = hues
    red, green, blue = colorsys.hls_to_rgb((first + (last - first) * place) / 360, 0.58, 0.95)
    return round(255 * red), round(255 * green), round(255 * blue)


def _draw_pose(
    canvas: np.ndarray, points: np.ndarray, seen: np.ndarray, skeleton: Skeleton
) -> None:
    """Outlines first, colours after, so that no outline cuts a neighbour's colour."""
    widths = line_width(points[seen], canvas) * _thinness(skeleton)
    limbs = [
        (a, b, colour)
        for (a, b), colour in zip(skeleton.limb_index(), limb_colours(skeleton), strict=True)
        if seen[a] and seen[b]
    ]
    joints = [(i, c) for i, c in enumerate(keypoint_colours(skeleton)) if seen[i]]
    for outlined in (True, False):
        sizes = widths * (1 + RIM) if outlined else widths
        for a, b, colour in limbs:
            width = min(sizes[a], sizes[b])
            _line(canvas, points[a], points[b], OUTLINE if outlined else colour, width)
        for i, colour in joints:
            _dot(canvas, points[i], OUTLINE if outlined else colour, 0.85 * sizes[i])


def _thinness(skeleton: Skeleton) -> np.ndarray:
    """[K] shares of the instance's line width: large sets are thinner, fingers and face most."""
    body = 0.65 if len(skeleton) > MANY_KEYPOINTS else 1.0
    return np.where(fine_keypoints(skeleton), 0.25, body)


def _line(
    canvas: np.ndarray, start: np.ndarray, end: np.ndarray, colour: Colour, width: float
) -> None:
    thickness = max(round(width), 1)
    cv2.line(canvas, fixed_point(start), fixed_point(end), colour, thickness, cv2.LINE_AA, SUBPIXEL)


def _dot(canvas: np.ndarray, centre: np.ndarray, colour: Colour, radius: float) -> None:
    size = max(round(radius * 2**SUBPIXEL), 1)
    cv2.circle(canvas, fixed_point(centre), size, colour, cv2.FILLED, cv2.LINE_AA, SUBPIXEL)


def _draw_box(canvas: np.ndarray, box: np.ndarray) -> None:
    corner, far = np.array(box[:2]), np.array(box[:2]) + np.array(box[2:])
    for colour, thickness in ((OUTLINE, 3), (BOX, 1)):
        cv2.rectangle(
            canvas, fixed_point(corner), fixed_point(far), colour, thickness, cv2.LINE_AA, SUBPIXEL
        )


def fixed_point(point: np.ndarray) -> tuple[int, int]:
    """cv2's coordinates with `SUBPIXEL` bits of fraction; far-off points are held in range."""
    x, y = np.clip(np.round(np.asarray(point, np.float64) * 2**SUBPIXEL), -(2**24), 2**24)
    return int(x), int(y)
