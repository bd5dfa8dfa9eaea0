"""What a layout is: which pictures it has, what a scene says in it, and its annotation files."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.film import film
from vitpose_plus.datasets.sample.scene import Instance, Scene, Seen
from vitpose_plus.datasets.sample.stage import Plan

# What official JSON and MATLAB files hold is plain: dictionaries, lists and numbers.
Record = dict[str, Any]
Rng = np.random.Generator
WhatToShow = TypeVar("WhatToShow")


@dataclass(frozen=True, slots=True)
class Shot(Generic[WhatToShow]):
    """What is painted at once: a picture, the frames of a clip, or the views of a moment.

    Attributes:
        dataset: the layout's name.
        split: train, val, …; empty where the layout has one file for all.
        number: from 1, unique in the data set; with the seed it decides the picture.
        files: picture files relative to the data set's folder, one a picture.
        plan: what to show: a stage's `Plan`, or what else the layout takes pictures of.
    """

    dataset: str
    split: str
    number: int
    files: tuple[str, ...]
    plan: WhatToShow


class Picture(NamedTuple):
    """A painted picture [H, W, 3] uint8 BGR, and what the annotation files say of it."""

    image: np.ndarray
    record: Record


@dataclass(frozen=True, slots=True)
class Layout:
    """One official raw layout.

    Attributes:
        name: also of the folder below the sample's.
        shots: all pictures of a sample.
        take: (shot, random generator) -> its pictures; runs in any process.
        write: (folder, shots, their records) -> the annotation files.
    """

    name: str
    shots: Callable[[SampleConfig], list[Shot]]
    take: Callable[[Shot, Rng], list[Picture]]
    write: Callable[[Path, list[Shot], list[list[Record]]], None]


def staged(
    describe: Callable[[Shot[Plan], list[Scene], Rng], list[Record]],
) -> Callable[[Shot[Plan], Rng], list[Picture]]:
    """Pictures of a stage; `describe` makes one record of each of its scenes."""

    def take(shot: Shot[Plan], rng: Rng) -> list[Picture]:
        scenes = film(rng, shot.plan, len(shot.files))
        records = describe(shot, scenes, rng)
        return [Picture(s.image, record) for s, record in zip(scenes, records, strict=True)]

    return take


def split_shots(
    dataset: str, sizes: dict[str, int], file_name: Callable[[str, int], str], plan: Plan
) -> list[Shot[Plan]]:
    """One shot a picture; numbers count on from split to split.

    Args:
        dataset: the layout's name.
        sizes: pictures of each split.
        file_name: (split, number) -> the picture's file.
        plan: of all of them.
    """
    splits = [split for split, size in sizes.items() for _ in range(size)]
    return [
        Shot(dataset, split, number, (file_name(split, number),), plan)
        for number, split in enumerate(splits, 1)
    ]


def coco_triples(instance: Instance, names: tuple[str, ...]) -> list[int]:
    """x, y, v of each keypoint as COCO writes them: 2 visible, 1 hidden, else 0, 0, 0.

    Eyes, ears and nose on the far side of the head stay unlabelled, as annotators leave them.
    """
    triples: list[int] = []
    for (x, y), seen, facing in zip(*instance.select(names), strict=True):
        if seen == Seen.OUTSIDE or not facing or not instance.clear:
            triples += [0, 0, 0]
        else:
            triples += [int(x), int(y), 2 if seen == Seen.VISIBLE else 1]
    return triples


def labelled(triples: list[int]) -> int:
    """How many of these keypoints have v above zero."""
    return sum(v > 0 for v in triples[2::3])


def write_json(path: Path, content: object) -> None:
    """Write JSON without spaces, as the official files are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, separators=(",", ":")))
