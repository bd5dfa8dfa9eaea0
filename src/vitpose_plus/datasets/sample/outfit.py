"""What people wear: random colours, sleeves, trousers and skirts, and what is on a shirt."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.sample.paint import Colour, blend

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Outfit:
    """Clothes.

    Attributes:
        sleeve: 0 none, 1 to the elbow, 2 to the wrist.
        leg: 0 bare below the hip, 1 to the knee, 2 to the ankle.
        skirt: a skirt down to the knee hides the thighs.
        front: what the shirt shows in front: "placket", "logo", "bib" or "stripes" all round.
        back: what it shows behind: "number", "yoke" or "pack".
    """

    shirt: Colour
    accent: Colour
    trousers: Colour
    shoes: Colour
    sleeve: int
    leg: int
    skirt: bool
    front: str
    back: str


def vivid(rng: Rng) -> Colour:
    """A saturated colour, or now and then a grey; BGR."""
    if rng.random() < 0.2:
        grey = rng.uniform(30, 235)
        return grey, grey, grey
    hue, value = rng.uniform(0, 6), rng.uniform(90, 245)
    low = value * rng.uniform(0.1, 0.6)
    wheel = [np.clip(abs((hue + shift) % 6 - 3) - 1, 0, 1) for shift in (2, 4, 0)]
    b, g, r = (float(low + (value - low) * w) for w in wheel)
    return b, g, r


def draw_outfit(rng: Rng) -> Outfit:
    """Random clothes whose shirt and trousers differ."""
    shirt = vivid(rng)
    trousers = vivid(rng)
    while sum(abs(a - b) for a, b in zip(shirt, trousers, strict=True)) < 120:
        trousers = vivid(rng)
    white, black = (240.0, 240.0, 240.0), (25.0, 25.0, 25.0)
    accent = white if sum(shirt) < 390 else black
    return Outfit(
        shirt=shirt,
        accent=accent if rng.random() < 0.6 else blend(accent, vivid(rng), 0.5),
        trousers=trousers,
        shoes=vivid(rng),
        sleeve=int(rng.choice([0, 1, 2], p=[0.2, 0.45, 0.35])),
        leg=int(rng.choice([0, 1, 2], p=[0.12, 0.33, 0.55])),
        skirt=bool(rng.random() < 0.14),
        front=str(rng.choice(["placket", "logo", "bib", "stripes"])),
        back=str(rng.choice(["number", "yoke", "pack"], p=[0.45, 0.4, 0.15])),
    )
