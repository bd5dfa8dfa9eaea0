"""AI Challenger: a list of pictures, boxes as corners, visibility 1 visible, 2 hidden, 3 absent."""

from dataclasses import asdict
from hashlib import sha1
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.layouts.layout import (
    Layout,
    Record,
    Shot,
    split_shots,
    staged,
    write_json,
)
from vitpose_plus.datasets.sample.scene import Instance, Scene, Seen
from vitpose_plus.datasets.sample.stage import Plan
from vitpose_plus.skeletons.aic import AIC as SKELETON

PLAN = Plan(sizes=(0.45, 1.15), counts=(0.35, 0.35, 0.2, 0.1))
FILES = {"train": ("train", "20170909", "20170902"), "val": ("validation", "20170911", "20170911")}


def _shots(config: SampleConfig) -> list[Shot]:
    return split_shots("aic", asdict(config.aic), _file, PLAN)


def _file(split: str, number: int) -> str:
    part, _, images = FILES[split]
    name = sha1(f"sample {number}".encode()).hexdigest()
    return f"keypoint_{part}_images_{images}/{name}.jpg"


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    people = [instance for instance in scenes[0].instances if instance.clear]
    # In the official file the numbers of the humans are neither contiguous nor in order.
    keys = [f"human{n}" for n in rng.permutation(len(people) + 1)[: len(people)] + 1]
    image_id = Path(shot.files[0]).stem
    boxes = [_corners(person) for person in people]
    points = [_triples(person) for person in people]
    return [
        {
            "url": f"https://example.org/{image_id}.jpg",
            "image_id": image_id,
            "human_annotations": dict(zip(keys, boxes, strict=True)),
            "keypoint_annotations": dict(zip(keys, points, strict=True)),
        }
    ]


def _corners(person: Instance) -> list[int]:
    x, y, width, height = person.bbox
    return [x, y, x + width, y + height]


def _triples(person: Instance) -> list[int]:
    triples: list[int] = []
    for (x, y), seen, _ in zip(*person.select(SKELETON.keypoints), strict=True):
        if seen == Seen.OUTSIDE:
            triples += [0, 0, 3]
        else:
            triples += [int(x), int(y), 1 if seen == Seen.VISIBLE else 2]
    return triples


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    for split, (part, date, _) in FILES.items():
        pictures = [r[0] for shot, r in zip(shots, records, strict=True) if shot.split == split]
        write_json(folder / f"keypoint_{part}_annotations_{date}.json", pictures)


AIC = Layout("aic", _shots, staged(_describe), _write)
