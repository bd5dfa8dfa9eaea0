"""CrowdPose: COCO's form without areas and silhouettes, and how crowded each picture is."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.sample.company import Company
from vitpose_plus.datasets.sample.config import SampleConfig
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
from vitpose_plus.datasets.sample.scene import Instance, Scene
from vitpose_plus.datasets.sample.stage import Plan
from vitpose_plus.skeletons.crowdpose import CROWDPOSE as SKELETON

PLAN = Plan(
    sizes=(0.5, 0.95),
    counts=(0.04, 0.3, 0.28, 0.2, 0.12, 0.06),
    company=Company(overlap=(0.02, 0.8)),
    clear=2,
)
# Pictures and people have numbers of six digits in the official files.
FIRST_IMAGE, FIRST_PERSON = 100_000, 120_000
# The official `num_keypoints` leaves out the last two, the top of the head and the neck.
COUNTED = 12
CATEGORY = {
    "supercategory": "person",
    "id": 1,
    "name": "person",
    "keypoints": [name.removesuffix("_top") for name in SKELETON.keypoints],
    # The official file's: COCO's limbs, whose numbers do not fit these 14 keypoints.
    "skeleton": [
        *([16, 14], [14, 12], [17, 15], [15, 13], [12, 13], [6, 12]),
        *([7, 13], [6, 7], [6, 8], [7, 9], [8, 10], [9, 11]),
    ],
}


def crowd_index(boxes: np.ndarray, keypoints: np.ndarray) -> float:
    """How many of the others' keypoints lie in a person's box for each of their own, on average.

    The Crowd Index of Li et al. 2019, over the people with keypoints; it gives the official files'
    figures.

    Args:
        boxes: [N, 4] x, y, width, height.
        keypoints: [N, K, 3] x, y, v.
    """
    marked = keypoints[..., 2] > 0
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    points = keypoints[None, ..., :2]
    inside = ((points >= low[:, None, None]) & (points <= high[:, None, None])).all(axis=-1)
    in_box = (inside & marked).sum(axis=-1)
    others = in_box.sum(axis=1) - np.diagonal(in_box)
    own = marked.sum(axis=1)
    return float((others[own > 0] / own[own > 0]).mean()) if own.any() else 0.0


def _shots(config: SampleConfig) -> list[Shot]:
    if config.crowdpose is None:
        return []
    return split_shots("crowdpose", asdict(config.crowdpose), _file, PLAN)


def _file(_: str, number: int) -> str:
    return f"images/{FIRST_IMAGE + number}.jpg"


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    height, width = scenes[0].image.shape[:2]
    number = FIRST_IMAGE + shot.number
    people = [_person(number, instance) for instance in scenes[0].instances]
    boxes = np.array([person["bbox"] for person in people])
    keypoints = np.array([person["keypoints"] for person in people]).reshape(len(people), -1, 3)
    image = {
        "file_name": Path(shot.files[0]).name,
        "id": number,
        "height": height,
        "width": width,
        "crowdIndex": round(min(1.0, crowd_index(boxes, keypoints)), 2),
    }
    return [{"image": image, "annotations": people}]


def _person(image: int, instance: Instance) -> Record:
    triples = coco_triples(instance, SKELETON.keypoints)
    return {
        "num_keypoints": labelled(triples[: 3 * COUNTED]),
        "iscrowd": 0,
        "keypoints": triples,
        "image_id": image,
        "bbox": [float(v) for v in instance.bbox],
        "category_id": 1,
    }


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    documents: dict[str, Record] = {
        split: {"images": [], "annotations": [], "categories": [CATEGORY]}
        for split in ("train", "val", "test")
    }
    number = FIRST_PERSON
    for shot, (record,) in zip(shots, records, strict=True):
        documents[shot.split]["images"].append(record["image"])
        for person in record["annotations"]:
            number += 1
            documents[shot.split]["annotations"].append(person | {"id": number})
    for split, document in documents.items():
        write_json(folder / "json" / f"crowdpose_{split}.json", document)


CROWDPOSE = Layout("crowdpose", _shots, staged(_describe), _write)
