"""What a layout is: which pictures it has, what a scene says in it, and its annotation files."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig, SplitSizes
from vitpose_plus.datasets.sample.scene import Instance, Scene, Seen
from vitpose_plus.datasets.sample.stage import Plan

# What official JSON and MATLAB files hold is plain: dictionaries, lists and numbers.
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shot:
    """One stage to paint: a picture, or the frames of a clip.

    Attributes:
        dataset: the layout's name.
        split: train, val, …; empty where the layout has one file for all.
        number: from 1, unique in the data set; with the seed it decides the picture.
        files: picture files relative to the data set's folder, one a frame.
        plan: what to show.
    """

    dataset: str
    split: str
    number: int
    files: tuple[str, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Layout:
    """One official raw layout.

    Attributes:
        name: also of the folder below the sample's.
        shots: all pictures of a sample.
        describe: (shot, scenes of its frames, random generator) -> one record a frame; runs
            where the picture is painted.
        write: (folder, shots, their records) -> the annotation files.
    """

    name: str
    shots: Callable[[SampleConfig], list[Shot]]
    describe: Callable[[Shot, list[Scene], np.random.Generator], list[Record]]
    write: Callable[[Path, list[Shot], list[list[Record]]], None]


def split_shots(
    dataset: str, sizes: SplitSizes, file_name: Callable[[str, int], str], plan: Plan
) -> list[Shot]:
    """One shot a picture; validation pictures follow the training pictures."""
    splits = ["train"] * sizes.train + ["val"] * sizes.val
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
