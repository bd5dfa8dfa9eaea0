"""Places: meadows, rooms, streets and plain walls, with textures and misleading clutter."""

import cv2
import numpy as np

from vitpose_plus.datasets.sample.colours import vivid
from vitpose_plus.datasets.sample.paint import (
    Colour,
    Part,
    Shape,
    blend,
    hull,
    paint,
    rounded,
    shade,
)

Rng = np.random.Generator
SKIN_LIKE = ((150.0, 180.0, 225.0), (90.0, 120.0, 170.0), (60.0, 84.0, 124.0))


def draw_background(rng: Rng, width: int, height: int) -> np.ndarray:
    """[height, width, 3] uint8 BGR."""
    place = (_meadow, _room, _street, _wall)[rng.choice(4, p=[0.32, 0.25, 0.23, 0.2])]
    image = place(rng, width, height)
    _texture(rng, image, strength=rng.uniform(3, 16))
    for _ in range(rng.integers(0, 4)):
        _clutter(rng, image)
    if rng.random() < 0.8:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 3.0))
    # Figures stand out from their place, as in a photograph with little depth of field.
    pale = float(rng.uniform(0.35, 0.65))
    return cv2.addWeighted(image, 1 - pale, np.full_like(image, 190), pale, 0)


def draw_occluders(rng: Rng, width: int, height: int) -> list[Part]:
    """Things that stand before the figures: mostly none, sometimes up to three."""
    count = int(rng.choice([0, 1, 2, 3], p=[0.82, 0.14, 0.03, 0.01]))
    makers = (_pole, _crate, _bush, _rail)
    return [makers[rng.integers(len(makers))](rng, width, height) for _ in range(count)]


def cast_shadow(image: np.ndarray, x: float, y: float, half_width: float) -> None:
    """Darken a flat ellipse of the ground around (x, y), in place."""
    half_height = max(2.0, 0.18 * half_width)
    x0, x1 = int(max(0, x - half_width)), int(min(image.shape[1], x + half_width + 1))
    y0, y1 = int(max(0, y - half_height)), int(min(image.shape[0], y + half_height + 1))
    if x1 <= x0 or y1 <= y0:
        return
    across = (np.arange(x0, x1) - x) / half_width
    down = (np.arange(y0, y1) - y) / half_height
    inside = 1 - np.minimum(1.0, across[None] ** 2 + down[:, None] ** 2)
    region = image[y0:y1, x0:x1]
    region[:] = (region * (1 - 0.55 * inside[..., None])).astype(np.uint8)


def _gradient(width: int, height: int, top: Colour, bottom: Colour) -> np.ndarray:
    share = np.linspace(0, 1, height)[:, None]
    column = np.array(top) * (1 - share) + np.array(bottom) * share
    return np.repeat(column[:, None].clip(0, 255).astype(np.uint8), width, axis=1)


def _meadow(rng: Rng, width: int, height: int) -> np.ndarray:
    horizon = int(height * rng.uniform(0.3, 0.6))
    blue = (rng.uniform(200, 250), rng.uniform(150, 210), rng.uniform(90, 190))
    grass = (rng.uniform(40, 100), rng.uniform(110, 190), rng.uniform(70, 170))
    image = _gradient(width, height, blue, (235, 230, 220))
    image[horizon:] = _gradient(width, height - horizon, shade(grass, 0.8), grass)
    for _ in range(rng.integers(0, 4)):
        hill = np.array([[rng.uniform(0, width), horizon + 30.0]])
        top = Shape(hull(hill, np.array([rng.uniform(40, 110)])), blend(grass, blue, 0.5))
        _draw(image, [top])
        image[horizon:] = _gradient(width, height - horizon, shade(grass, 0.8), grass)
    for _ in range(rng.integers(1, 6)):
        _tree(rng, image, horizon)
    return image


def _tree(rng: Rng, image: np.ndarray, horizon: int) -> None:
    x, size = rng.uniform(0, image.shape[1]), rng.uniform(0.12, 0.4) * image.shape[0]
    foot = horizon + rng.uniform(0, 0.3) * size
    trunk = np.array([[x, foot], [x, foot - size]])
    _draw(image, rounded(trunk, np.array([0.06, 0.04]) * size, (50, 75, 105), -1))
    leaf = (rng.uniform(30, 80), rng.uniform(80, 150), rng.uniform(30, 120))
    for _ in range(4):
        crown = trunk[1:] + rng.normal(0, 0.16 * size, 2)
        _draw(image, rounded(crown, np.array([rng.uniform(0.18, 0.32) * size]), leaf, -1))


def _room(rng: Rng, width: int, height: int) -> np.ndarray:
    floor = int(height * rng.uniform(0.55, 0.85))
    paper = blend(vivid(rng), (220, 225, 230), rng.uniform(0.3, 0.8))
    wood = blend(vivid(rng), (90, 130, 170), 0.7)
    image = _gradient(width, height, paper, shade(paper, 0.85))
    if rng.random() < 0.4:
        for x in range(0, width, int(rng.integers(14, 40))):
            cv2.line(image, (x, 0), (x, floor), shade(paper, 0.9), int(rng.integers(1, 6)))
    image[floor:] = _gradient(width, height - floor, shade(wood, 0.75), wood)
    for x in np.linspace(-width, 2 * width, 14):
        far = (int(width / 2 + (x - width / 2) * 0.5), floor)
        cv2.line(image, far, (int(x), height), shade(wood, 0.65), 1, cv2.LINE_AA)
    cv2.line(image, (0, floor), (width, floor), shade(paper, 1.15), 4)
    for _ in range(rng.integers(1, 5)):
        _panel(rng, image, floor)
    return image


def _panel(rng: Rng, image: np.ndarray, floor: int) -> None:
    """A picture, a window, a door or a cupboard."""
    w, h = rng.uniform(0.12, 0.4, 2) * image.shape[1]
    x = rng.uniform(-0.2 * w, image.shape[1] - 0.5 * w)
    y = floor - h if rng.random() < 0.5 else rng.uniform(0, max(1, floor - h))
    colour = vivid(rng)
    for inset, tone in ((0, shade(colour, 0.6)), (3, colour), (9, blend(colour, vivid(rng), 0.6))):
        corners = ((int(x + inset), int(y + inset)), (int(x + w - inset), int(y + h - inset)))
        cv2.rectangle(image, *corners, tone, -1)


def _street(rng: Rng, width: int, height: int) -> np.ndarray:
    kerb = int(height * rng.uniform(0.5, 0.75))
    image = _gradient(width, height, (230, 200, 160), (235, 230, 225))
    x = -10
    while x < width:
        wide = int(rng.integers(40, 120))
        top = int(rng.uniform(0, 0.6) * kerb)
        wall = blend(vivid(rng), (150, 165, 180), rng.uniform(0.3, 0.8))
        image[top:kerb, max(0, x) : x + wide] = np.array(wall, np.uint8)
        pane = shade(wall, float(rng.choice([0.5, 1.35])))
        for row in range(top + 8, kerb - 16, 22):
            for column in range(x + 6, x + wide - 12, 18):
                cv2.rectangle(image, (column, row), (column + 9, row + 12), pane, -1)
        x += wide
    tar = rng.uniform(80, 150)
    image[kerb:] = _gradient(width, height - kerb, (tar, tar, tar), (tar * 1.2,) * 3)
    cv2.line(image, (0, kerb), (width, kerb), (tar * 1.5,) * 3, 5)
    return image


def _wall(rng: Rng, width: int, height: int) -> np.ndarray:
    image = _gradient(width, height, vivid(rng), vivid(rng))
    for _ in range(rng.integers(3, 12)):
        centre = rng.uniform(0, 1, 2) * (width, height)
        radius = rng.uniform(0.05, 0.25) * height
        colour = tuple(float(v) for v in vivid(rng))
        cv2.circle(image, (int(centre[0]), int(centre[1])), int(radius), colour, -1, cv2.LINE_AA)
    return cv2.blur(image, (41, 41))


def _texture(rng: Rng, image: np.ndarray, strength: float) -> None:
    height, width = image.shape[:2]
    for cell in (3, 16):
        shape = (height // cell + 2, width // cell + 2)
        grain = rng.integers(0, 256, shape, dtype=np.uint8)
        field = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)
        offset = cv2.convertScaleAbs(field, alpha=strength / 128)
        three = cv2.merge([offset, offset, offset])
        cv2.subtract(cv2.add(image, three), np.full(4, strength), image)


def _clutter(rng: Rng, image: np.ndarray) -> None:
    """A stick, a ball or a limb-like capsule: what a careless network takes for a limb."""
    height, width = image.shape[:2]
    at = rng.uniform(0, 1, 2) * (width, height)
    reach = rng.uniform(0.06, 0.24) * height
    turn = rng.uniform(0, np.pi)
    ends = np.array([at, at + reach * np.array([np.cos(turn), np.sin(turn)])])
    kind = rng.random()
    colour = SKIN_LIKE[rng.integers(3)] if kind < 0.4 else vivid(rng)
    if kind < 0.75:
        radii = reach * rng.uniform(0.06, 0.2, 2)
        _draw(image, rounded(ends, radii, colour, -1))
    elif kind < 0.9:
        _draw(image, rounded(ends[:1], np.array([0.35 * reach]), colour, -1))
    else:
        _draw(image, [Shape(ends, colour, rng.uniform(1, 4))])


def _draw(image: np.ndarray, shapes: list[Shape]) -> None:
    paint(image, np.zeros(image.shape[:2], np.uint8), Part("", 0.0, [], shapes), 0)


def _pole(rng: Rng, width: int, height: int) -> Part:
    x, radius = rng.uniform(0, width), rng.uniform(0.012, 0.035) * width
    ends = np.array([[x, -9.0], [x + rng.normal(0, 6), height + 9.0]])
    skin, *inner = rounded(ends, np.full(2, radius), blend(vivid(rng), (120, 120, 120), 0.5), 1)
    return Part("pole", 0.0, [skin], inner)


def _crate(rng: Rng, width: int, height: int) -> Part:
    w, h = rng.uniform(0.15, 0.4) * width, rng.uniform(0.1, 0.3) * height
    x, y = rng.uniform(-0.2 * w, width - 0.6 * w), height - h * rng.uniform(0.6, 1.0)
    colour = blend(vivid(rng), (70, 110, 150), 0.5)

    def box(inset: float) -> np.ndarray:
        right, low = x + w - inset, height + 20.0
        return np.array(
            [[x + inset, y + inset], [right, y + inset], [right, low], [x + inset, low]]
        )

    details = [Shape(box(3), colour)]
    details += [Shape(np.array([[x + s * w, y], [x + s * w, height]]), shade(colour, 0.75), 2)
                for s in (0.25, 0.5, 0.75)]  # fmt: skip
    return Part("crate", 0.0, [Shape(box(0), shade(colour, 0.55))], details)


def _bush(rng: Rng, width: int, height: int) -> Part:
    x, size = rng.uniform(0, width), rng.uniform(0.06, 0.14) * height
    leaf = (rng.uniform(20, 70), rng.uniform(90, 160), rng.uniform(30, 110))
    part = Part("bush", 0.0, [])
    for _ in range(6):
        at = np.array([[x, height - 0.4 * size]]) + rng.normal(0, 0.7 * size, 2) * (1, 0.5)
        tone = shade(leaf, rng.uniform(0.8, 1.2))
        skin, *inner = rounded(at, np.array([size * rng.uniform(0.5, 1.0)]), tone, -1)
        part.outline.append(skin)
        part.details += inner
    return part


def _rail(rng: Rng, width: int, height: int) -> Part:
    y, thick = rng.uniform(0.5, 0.9) * height, rng.uniform(0.02, 0.04) * height
    colour = blend(vivid(rng), (150, 150, 150), 0.5)
    part = Part("rail", 0.0, [])
    lines = [np.array([[-9.0, y], [width + 9.0, y]])]
    lines += [np.array([[x, y], [x, height + 9.0]]) for x in np.arange(20, width, 90.0)]
    for line in lines:
        skin, *inner = rounded(line, np.full(2, thick / 2), colour, -1)
        part.outline.append(skin)
        part.details += inner
    return part
