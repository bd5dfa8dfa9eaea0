"""The trunk of a person: shirt with its front or back, hips, skirt and neck."""

from collections.abc import Callable

import numpy as np

from vitpose_plus.datasets.sample.body import Body, Build
from vitpose_plus.datasets.sample.outfit import Outfit
from vitpose_plus.datasets.sample.paint import Colour, Part, Shape, rounded, shade, solid
from vitpose_plus.datasets.sample.space import View

# Corners on the shirt (across, down), a colour and a line's thickness in units -> a shape.
Draw = Callable[..., Shape]
CHEST_DEPTH = 0.062


def draw_torso(
    body: Body, build: Build, outfit: Outfit, skin: Colour, view: View, light: float
) -> list[Part]:
    """The parts "neck", "hips" and "torso", and with a skirt "skirt"."""
    girth = build.girth
    names = ["left_shoulder", "right_shoulder", "thorax", "waist", "left_hip", "right_hip"]
    joints = [body.joints[name] for name in names]
    joints[:2] = [0.84 * j + 0.16 * body.joints["thorax"] for j in joints[:2]]
    radii = np.array([0.042, 0.042, 0.05, 0.062 * girth, 0.058 * girth, 0.058 * girth])
    pixels, depth, zoom = view.project(np.array(joints))
    skin_of_shirt, *inner = rounded(pixels, radii * zoom, outfit.shirt, light)
    torso = Part("torso", float(depth.mean()) - 0.01, [skin_of_shirt], inner)
    torso.details += _marks(body, build, outfit, skin, view)
    hips = np.array([body.joints["left_hip"], body.joints["right_hip"], body.joints["pelvis"]])
    at, deep, zoom = view.project(hips)
    sizes = np.array([0.066, 0.066, 0.062]) * girth * zoom
    parts = [torso, solid("hips", float(deep.mean()), at, sizes, outfit.trousers, light)]
    top = 0.7 * body.joints["upper_neck"] + 0.3 * body.joints["head"]
    at, _, zoom = view.project(np.array([body.joints["thorax"], top]))
    # The collar lies around the neck: from behind, the shirt is in front of it.
    forward = float((view.rotation @ body.frames["chest"])[2, 2])
    layer = torso.depth - np.copysign(0.002, forward)
    parts.append(solid("neck", layer, at, 0.038 * zoom, shade(skin, 0.9), light))
    if outfit.skirt:
        parts.append(_skirt(body, outfit, view, light))
    return parts


def _skirt(body: Body, outfit: Outfit, view: View, light: float) -> Part:
    joints = body.joints
    low = [
        joints[f"{s}_hip"] + 0.75 * (joints[f"{s}_knee"] - joints[f"{s}_hip"])
        for s in ("left", "right")
    ]
    rim = np.array([joints["left_hip"], joints["right_hip"], *low])
    pixels, depth, zoom = view.project(rim)
    radii = np.array([0.066, 0.066, 0.085, 0.085]) * zoom
    return solid("skirt", float(depth.mean()) - 0.05, pixels, radii, outfit.trousers, light)


def _marks(body: Body, build: Build, outfit: Outfit, skin: Colour, view: View) -> list[Shape]:
    """What tells the front of a shirt from its back, laid on the chest's surface."""
    chest, joints = body.frames["chest"], body.joints
    forward = float((view.rotation @ chest)[2, 2])
    thorax, pelvis = joints["thorax"], joints["pelvis"]
    side = 1.0 if forward > 0 else -1.0

    def on(across: float, down: float) -> np.ndarray:
        """A point of the shirt: across in shoulder widths to the left, down from 0 to 1."""
        middle = thorax + (pelvis - thorax) * down
        return middle + chest @ [across * build.shoulder, 0.0, side * CHEST_DEPTH]

    def shape(points: list[tuple[float, float]], colour: Colour, thick: float = 0.0) -> Shape:
        pixels, _, zoom = view.project(np.array([on(a, d) for a, d in points]))
        return Shape(pixels, colour, thick * float(zoom.mean()))

    shapes = []
    if outfit.front == "stripes" and abs(forward) > 0.25:
        rows = [[(-0.85, d), (0.0, d + 0.03), (0.85, d)] for d in (0.12, 0.36, 0.6, 0.84)]
        shapes += [shape(row, outfit.accent, 0.022) for row in rows]
    if forward > 0.25:
        shapes += _front(shape, outfit, skin)
    elif forward < -0.25:
        shapes += _back(shape, outfit)
    return shapes


def _front(shape: Draw, outfit: Outfit, skin: Colour) -> list[Shape]:
    shapes = [shape([(-0.38, -0.12), (0.38, -0.12), (0.0, 0.2)], skin)]
    if outfit.front == "placket":
        shapes.append(shape([(0.0, 0.2), (0.0, 0.98)], outfit.accent, 0.018))
    elif outfit.front == "logo":
        box = [(0.2, 0.28), (0.55, 0.28), (0.55, 0.45), (0.2, 0.45)]
        shapes.append(shape(box, outfit.accent))
    elif outfit.front == "bib":
        box = [(-0.5, 0.4), (0.5, 0.4), (0.5, 0.72), (-0.5, 0.72)]
        shapes.append(shape(box, outfit.accent))
    return shapes


def _back(shape: Draw, outfit: Outfit) -> list[Shape]:
    if outfit.back == "number":
        seven = [(0.42, 0.3), (0.08, 0.3), (0.3, 0.64)]
        zero = [(-0.1, 0.3), (-0.42, 0.3), (-0.42, 0.64), (-0.1, 0.64), (-0.1, 0.3)]
        return [shape(digit, outfit.accent, 0.02) for digit in (seven, zero)]
    if outfit.back == "yoke":
        box = [(-0.8, -0.02), (0.8, -0.02), (0.7, 0.22), (-0.7, 0.22)]
        return [shape(box, shade(outfit.shirt, 0.6))]
    box = [(-0.6, 0.08), (0.6, 0.08), (0.66, 0.7), (-0.66, 0.7)]
    flap = [(-0.6, 0.08), (0.6, 0.08), (0.5, 0.32), (-0.5, 0.32)]
    return [shape(box, outfit.accent), shape(flap, shade(outfit.trousers, 0.8))]
