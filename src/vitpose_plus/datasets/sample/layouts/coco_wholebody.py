"""COCO-WholeBody v1.0: COCO's records with feet, face and hands beside the body."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.layouts.coco import (
    coco_document,
    coco_file,
    coco_image,
    coco_person,
)
from vitpose_plus.datasets.sample.layouts.layout import (
    Layout,
    Record,
    Shot,
    coco_triples,
    labelled,
    split_shots,
    staged,
    write_json,
)
from vitpose_plus.datasets.sample.scene import Instance, Scene, Seen
from vitpose_plus.datasets.sample.stage import Plan
from vitpose_plus.skeletons.coco_wholebody import FACE, FEET, LEFT_HAND, RIGHT_HAND

# Larger people: faces and hands must have pixels.
PLAN = Plan(sizes=(0.6, 2.0), counts=(0.6, 0.3, 0.1))
INFO = {"description": "Synthetic sample in the layout of COCO-WholeBody", "version": "1.0"}
SMALLEST_FACE, SMALLEST_HAND = 9.0, 6.0


def _shots(config: SampleConfig) -> list[Shot]:
    return split_shots("coco_wholebody", asdict(config.coco_wholebody), coco_file, PLAN)


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    people = [_person(shot, instance) for instance in scenes[0].instances]
    return [{"image": coco_image(shot, scenes[0]), "annotations": people}]


def _person(shot: Shot, instance: Instance) -> Record:
    foot = coco_triples(instance, FEET)
    face = _part(instance, FACE, SMALLEST_FACE, facing=0.6)
    left = _part(instance, LEFT_HAND, SMALLEST_HAND, facing=0.0)
    right = _part(instance, RIGHT_HAND, SMALLEST_HAND, facing=0.0)
    return coco_person(shot, instance) | {
        "face_box": _box(face),
        "lefthand_box": _box(left),
        "righthand_box": _box(right),
        "lefthand_kpts": left,
        "righthand_kpts": right,
        "face_kpts": face,
        "face_valid": any(face),
        "lefthand_valid": any(left),
        "righthand_valid": any(right),
        "foot_valid": labelled(foot) > 0,
        "foot_kpts": foot,
    }


def _part(
    instance: Instance, names: tuple[str, ...], smallest: float, facing: float
) -> list[float]:
    """x, y, flag of a face or hand; all zero unless most of it shows, large enough.

    Args:
        instance: the person.
        names: the part's keypoints.
        smallest: pixels that the longer side must reach.
        facing: share of the points whose surface must be turned towards the camera.
    """
    xy, seen, turned = instance.select(names)
    shows = (seen == Seen.VISIBLE) | ((seen == Seen.SELF_HIDDEN) & ~turned)
    large = np.ptp(xy, axis=0).max() >= smallest
    if not (instance.clear and large and shows.mean() > 0.6 and turned.mean() > facing):
        return [0.0] * 3 * len(names)
    triples: list[float] = []
    for (x, y), s in zip(xy, seen, strict=True):
        triples += [0.0, 0.0, 0.0] if s == Seen.OUTSIDE else [float(x), float(y), 1.0]
    return triples


def _box(triples: list[float]) -> list[float]:
    """x, y, width, height around the labelled points; zeros when there are none."""
    points = np.array(triples).reshape(-1, 3)
    points = points[points[:, 2] > 0, :2]
    if not len(points):
        return [0.0] * 4
    low = points.min(axis=0)
    return [float(v) for v in (*low, *(points.max(axis=0) - low))]


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    for split in ("train", "val"):
        document = coco_document(shots, records, split, INFO)
        write_json(folder / "annotations" / f"coco_wholebody_{split}_v1.0.json", document)


COCO_WHOLEBODY = Layout("coco_wholebody", _shots, staged(_describe), _write)
