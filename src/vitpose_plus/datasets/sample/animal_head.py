"""The head of an animal: skull, snout, ears, eyes, and what grows there."""

from collections.abc import Callable

import numpy as np

from vitpose_plus.datasets.sample.paint import Colour, Part, Shape, hull, rounded, shade
from vitpose_plus.datasets.sample.space import View
from vitpose_plus.datasets.sample.species import Species

# Points in the head's axes -> the figure's axes.
Place = Callable[[list[list[float]]], np.ndarray]
IVORY = (205.0, 226.0, 236.0)


def draw_animal_head(
    species: Species,
    coat: tuple[Colour, Colour],
    pose: tuple[np.ndarray, np.ndarray],
    view: View,
    light: float,
) -> tuple[list[Part], np.ndarray]:
    """The head's parts, and [3, 3] left eye, right eye and nose in the figure's axes.

    Args:
        species: its proportions.
        coat: base and second colour.
        pose: centre [3] and axes [3, 3] of the head in the figure's axes.
        view: from where.
        light: -1 from the picture's left, 1 from its right.
    """
    centre, frame = pose
    base, second = coat
    r, reach = species.skull, species.skull * 0.4 + species.snout

    def place(points: list[list[float]]) -> np.ndarray:
        return centre + np.array(points) @ frame.T

    nose_r = species.snout_radius
    spheres = place([[0, 0, 0], [0, -0.25 * r, reach]])
    pixels, depth, zoom = view.project(spheres)
    radii = np.array([r, nose_r]) * zoom
    skin, *inner = rounded(pixels, radii, base, light)
    head = Part("head", float(depth.mean()) - 0.04, [skin], inner)
    head.details.append(Shape(hull(pixels[1:], radii[1:] * 0.85), shade(second, 0.9)))
    eyes = [[0.78 * r, 0.28 * r, 0.5 * r], [-0.78 * r, 0.28 * r, 0.5 * r]]
    nose = [0.0, -0.25 * r + 0.35 * nose_r, reach + 0.85 * nose_r]
    features = place([*eyes, nose])
    head.details += _features(features, frame, r, view)
    parts = [head]
    for side in (1, -1):
        parts += _ear(species, side, place, coat, (view, light))
    parts += _horns(species, place, base, view, light)
    return parts, features


def _features(features: np.ndarray, frame: np.ndarray, r: float, view: View) -> list[Shape]:
    pixels, _, zoom = view.project(features)
    camera = view.rotation[2] @ frame
    shapes = []
    for side, at, z in zip((1, -1), pixels[:2], zoom[:2], strict=True):
        if np.dot([side * 0.9, 0.2, 0.45], camera) > 0:
            for size, colour in ((0.24, (240, 240, 240)), (0.18, (20, 20, 20))):
                shapes.append(Shape(hull(at[None], np.array([max(1.0, size * r * z)])), colour))
    if camera[2] > -0.6:
        shapes.append(
            Shape(hull(pixels[2:], np.array([max(1.0, 0.22 * r * zoom[2])])), (30, 26, 34))
        )
    return shapes


def _ear(
    species: Species, side: int, place: Place, coat: tuple[Colour, Colour], seen: tuple[View, float]
) -> list[Part]:
    view, light = seen
    r, size = species.skull, species.ear * species.skull
    if species.ears == "pointed":
        rim = [[side * 0.3 * r, 0.75 * r, 0], [side * 0.85 * r, 0.5 * r, -0.1 * r]]
        rim.append([side * 0.75 * r, 0.7 * r + size, -0.1 * r])
        radii = [0.1 * size, 0.1 * size, 0.04 * size]
    elif species.ears == "round":
        rim = [[side * (0.65 * r + 0.3 * size), 0.62 * r, -0.3 * r]]
        rim.append([side * (0.6 * r + 0.25 * size), 0.62 * r - 0.35 * size, -0.35 * r])
        radii = [0.42 * size, 0.36 * size]
    else:
        rim = [[side * 0.75 * r, 0.6 * r, -0.2 * r]]
        rim.append([side * (0.85 * r + 0.45 * size), 0.55 * r - 0.65 * size, -0.15 * r])
        radii = [0.18 * size, 0.26 * size]
    pixels, depth, zoom = view.project(place(rim))
    skin, *inner = rounded(pixels, np.array(radii) * zoom, shade(coat[0], 0.85), light)
    name = "left_ear" if side > 0 else "right_ear"
    return [Part(name, float(depth.mean()), [skin], inner)]


def _horns(species: Species, place: Place, base: Colour, view: View, light: float) -> list[Part]:
    r = species.skull
    if species.horns == "trunk":
        return _trunk(species, place, base, view, light)
    lines: dict[str, list] = {
        "none": [],
        "horns": [[[0.6, 0.7, 0], [1.1, 0.95, 0], [1.25, 1.5, 0.1]]],
        "ossicones": [[[0.35, 0.8, 0], [0.4, 1.7, -0.1]]],
        "antlers": [
            [[0.4, 0.8, 0], [0.9, 1.8, -0.4], [1.3, 3.0, -0.2], [1.1, 3.8, 0.2]],
            [[0.9, 1.8, -0.4], [0.9, 2.6, 0.6]],
            [[1.2, 2.6, -0.3], [1.9, 3.3, -0.2]],
        ],
    }
    shapes, deepest = [], 0.0
    for line in lines[species.horns]:
        for side in (1, -1):
            points = place([[side * x * r, y * r, z * r] for x, y, z in line])
            pixels, depth, zoom = view.project(points)
            deepest = float(depth.mean())
            shapes.append(Shape(pixels, shade(IVORY, 0.75), max(1.2, 0.24 * r * zoom[0])))
    return [Part("horns", deepest, shapes)] if shapes else []


def _trunk(species: Species, place: Place, base: Colour, view: View, light: float) -> list[Part]:
    """An elephant's trunk hangs from the nose; two tusks beside it."""
    r = species.skull
    line = [[0, -0.3, 0.9], [0, -1.2, 1.35], [0, -2.3, 1.2], [0, -3.0, 1.6]]
    pixels, depth, zoom = view.project(place([[x, y * r, z * r] for x, y, z in line]))
    radii = np.array([0.45, 0.36, 0.26, 0.18]) * r * zoom
    part = Part("snout", float(depth.mean()), [])
    for i in range(3):
        skin, *inner = rounded(pixels[i : i + 2], radii[i : i + 2], base, light)
        part.outline.append(skin)
        part.details += inner
    tusks = []
    for side in (1, -1):
        curve = [[side * 0.5, -0.6, 0.7], [side * 0.65, -1.5, 1.2], [side * 0.6, -1.8, 1.9]]
        at, _, size = view.project(place([[x * r, y * r, z * r] for x, y, z in curve]))
        tusks.append(Shape(at, IVORY, max(1.2, 0.2 * r * size[0])))
    return [part, Part("tusks", float(depth.mean()) + 0.01, tusks)]
