"""What people wear: random colours, sleeves, trousers and skirts, and what is on a shirt."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.sample.colours import Colour, within

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


# Ranges of hue (0..6 from red over green and blue to red again), of value and of greyness. Shirts,
# trousers and shoes keep to their own, as skin does: a network of a few minutes' training then
# learns parts by colour first and joints by shape after, as it does on a team in its strip.
SHIRTS = ((1.7, 5.2), (150, 245), (0.1, 0.4))
TROUSERS = ((0.0, 6.0), (35, 80), (0.5, 0.9))
SHOES = ((-0.2, 1.1), (205, 250), (0.05, 0.25))


def draw_outfit(rng: Rng) -> Outfit:
    """Random clothes."""
    shirt = within(rng, *SHIRTS)
    white, black = (240.0, 240.0, 240.0), (25.0, 25.0, 25.0)
    accent = white if sum(shirt) < 390 else black
    return Outfit(
        shirt=shirt,
        accent=accent,
        trousers=within(rng, *TROUSERS),
        shoes=within(rng, *SHOES),
        sleeve=int(rng.choice([0, 1, 2], p=[0.2, 0.45, 0.35])),
        leg=int(rng.choice([0, 1, 2], p=[0.06, 0.3, 0.64])),
        skirt=bool(rng.random() < 0.08),
        front=str(rng.choice(["placket", "logo", "bib", "stripes"])),
        back=str(rng.choice(["number", "yoke", "pack"], p=[0.45, 0.4, 0.15])),
    )
