"""Proportions and coats of four-legged animals, in units of the height at the withers."""

from dataclasses import dataclass
from typing import Literal

from vitpose_plus.datasets.sample.paint import Colour

WHITE, BLACK = (228.0, 236.0, 240.0), (34.0, 32.0, 32.0)
BROWN, TAN, RED = (48.0, 78.0, 120.0), (118.0, 168.0, 208.0), (52.0, 104.0, 196.0)
GREY, SAND, CREAM = (128.0, 124.0, 120.0), (112.0, 178.0, 222.0), (176.0, 208.0, 228.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """One species.

    Attributes:
        name, family: as AP-10K calls them.
        category: AP-10K's category id.
        length: shoulders to hips. chest, rump: radii of the trunk. leg: shoulder to ground.
        thick: a leg's radius at its top.
        neck, neck_rise, neck_radius: length, angle above the horizontal, radius at the head.
        skull, snout, snout_radius: radius, length and radius at the nose.
        ear: size against the skull. ears: their form.
        tail, tail_radius: length and radius. crest: a mane along the neck.
        horns: what stands on the head or hangs from it.
        coats: (base, marks) colours. pattern: of the marks.
    """

    name: str
    family: str
    category: int
    length: float
    chest: float
    rump: float
    leg: float
    thick: float
    neck: float
    neck_rise: float
    neck_radius: float
    skull: float
    snout: float
    snout_radius: float
    ear: float = 0.8
    ears: Literal["pointed", "round", "hanging"] = "pointed"
    tail: float = 0.5
    tail_radius: float = 0.025
    crest: bool = False
    horns: Literal["none", "horns", "antlers", "ossicones", "trunk"] = "none"
    coats: tuple[tuple[Colour, Colour], ...]
    pattern: Literal["plain", "stripes", "spots", "patches"] = "plain"


SPECIES = (
    Species(
        name="horse", family="Equidae", category=21,
        length=0.78, chest=0.235, rump=0.225, leg=0.80, thick=0.085,
        neck=0.52, neck_rise=0.85, neck_radius=0.085, skull=0.105, snout=0.30, snout_radius=0.062,
        ear=0.8, tail=0.62, tail_radius=0.05, crest=True,
        coats=((BROWN, BLACK), (RED, BROWN), (WHITE, GREY), (GREY, BLACK), (BLACK, BROWN)),
    ),
    Species(
        name="zebra", family="Equidae", category=22,
        length=0.78, chest=0.24, rump=0.23, leg=0.78, thick=0.085,
        neck=0.44, neck_rise=0.8, neck_radius=0.09, skull=0.11, snout=0.28, snout_radius=0.066,
        ear=0.9, tail=0.5, tail_radius=0.03, crest=True,
        coats=((WHITE, BLACK),), pattern="stripes",
    ),
    Species(
        name="cow", family="Bovidae", category=5,
        length=0.86, chest=0.28, rump=0.26, leg=0.72, thick=0.09,
        neck=0.34, neck_rise=0.3, neck_radius=0.12, skull=0.125, snout=0.24, snout_radius=0.088,
        ear=0.9, ears="hanging", tail=0.6, horns="horns",
        coats=((WHITE, BLACK), (BROWN, WHITE), (TAN, BROWN), (WHITE, RED)), pattern="patches",
    ),
    Species(
        name="sheep", family="Bovidae", category=6,
        length=0.78, chest=0.31, rump=0.30, leg=0.66, thick=0.075,
        neck=0.28, neck_rise=0.6, neck_radius=0.11, skull=0.12, snout=0.19, snout_radius=0.07,
        ear=0.8, ears="hanging", tail=0.2, tail_radius=0.05,
        coats=((CREAM, WHITE), (GREY, BLACK), (WHITE, CREAM)),
    ),
    Species(
        name="dog", family="Canidae", category=8,
        length=0.80, chest=0.22, rump=0.18, leg=0.74, thick=0.085,
        neck=0.30, neck_rise=0.75, neck_radius=0.105, skull=0.145, snout=0.22, snout_radius=0.065,
        ear=0.9, ears="hanging", tail=0.5, tail_radius=0.035,
        coats=((SAND, BROWN), (BLACK, TAN), (WHITE, BROWN), (BROWN, WHITE)), pattern="patches",
    ),
    Species(
        name="fox", family="Canidae", category=9,
        length=0.92, chest=0.21, rump=0.18, leg=0.72, thick=0.07,
        neck=0.28, neck_rise=0.6, neck_radius=0.10, skull=0.145, snout=0.24, snout_radius=0.045,
        ear=1.2, tail=0.75, tail_radius=0.085,
        coats=((RED, WHITE), (GREY, WHITE)),
    ),
    Species(
        name="cat", family="Felidae", category=24,
        length=0.98, chest=0.22, rump=0.20, leg=0.68, thick=0.075,
        neck=0.24, neck_rise=0.7, neck_radius=0.11, skull=0.185, snout=0.13, snout_radius=0.085,
        ear=0.9, tail=0.85, tail_radius=0.04,
        coats=((SAND, RED), (GREY, BLACK), (BLACK, GREY), (CREAM, BROWN)), pattern="stripes",
    ),
    Species(
        name="tiger", family="Felidae", category=32,
        length=1.08, chest=0.25, rump=0.23, leg=0.68, thick=0.10,
        neck=0.27, neck_rise=0.45, neck_radius=0.14, skull=0.185, snout=0.17, snout_radius=0.105,
        ear=0.6, ears="round", tail=0.8, tail_radius=0.045,
        coats=(((40.0, 140.0, 236.0), BLACK),), pattern="stripes",
    ),
    Species(
        name="leopard", family="Felidae", category=28,
        length=1.08, chest=0.23, rump=0.21, leg=0.68, thick=0.09,
        neck=0.26, neck_rise=0.5, neck_radius=0.13, skull=0.17, snout=0.16, snout_radius=0.095,
        ear=0.6, ears="round", tail=0.9, tail_radius=0.045,
        coats=((SAND, BLACK), (CREAM, BLACK)), pattern="spots",
    ),
    Species(
        name="giraffe", family="Giraffidae", category=33,
        length=0.52, chest=0.17, rump=0.15, leg=0.88, thick=0.06,
        neck=0.78, neck_rise=1.05, neck_radius=0.052, skull=0.07, snout=0.17, snout_radius=0.042,
        ear=0.9, tail=0.38, tail_radius=0.016, horns="ossicones", crest=True,
        coats=((CREAM, BROWN), (SAND, BROWN)), pattern="patches",
    ),
    Species(
        name="elephant", family="Elephantidae", category=20,
        length=0.72, chest=0.31, rump=0.29, leg=0.70, thick=0.125,
        neck=0.26, neck_rise=0.35, neck_radius=0.17, skull=0.21, snout=0.12, snout_radius=0.11,
        ear=1.5, ears="round", tail=0.4, tail_radius=0.02, horns="trunk",
        coats=((GREY, BLACK), ((140.0, 150.0, 160.0), GREY)),
    ),
    Species(
        name="deer", family="Cervidae", category=17,
        length=0.74, chest=0.20, rump=0.20, leg=0.80, thick=0.065,
        neck=0.42, neck_rise=0.95, neck_radius=0.075, skull=0.10, snout=0.22, snout_radius=0.05,
        ear=1.1, tail=0.18, tail_radius=0.04, horns="antlers",
        coats=((BROWN, WHITE), ((60.0, 110.0, 170.0), WHITE)), pattern="spots",
    ),
    Species(
        name="pig", family="Suidae", category=48,
        length=0.92, chest=0.33, rump=0.32, leg=0.60, thick=0.09,
        neck=0.26, neck_rise=0.15, neck_radius=0.2, skull=0.19, snout=0.23, snout_radius=0.09,
        ear=0.8, ears="hanging", tail=0.2, tail_radius=0.018,
        coats=(((180.0, 182.0, 236.0), GREY), (BLACK, (180.0, 182.0, 236.0))), pattern="patches",
    ),
)  # fmt: skip
