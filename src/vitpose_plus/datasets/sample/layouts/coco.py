"""COCO: person_keypoints_{train,val}2017.json."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

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
from vitpose_plus.datasets.sample.scene import Instance, Scene, polygons
from vitpose_plus.datasets.sample.stage import Plan
from vitpose_plus.skeletons.coco import COCO as SKELETON

PLAN = Plan(strangers=0.15, crowd=0.1)
LICENSES = [{"url": "https://example.org/license", "id": 1, "name": "Synthetic picture"}]
INFO = {"description": "Synthetic sample in the layout of COCO 2017", "version": "1.0"}
CATEGORY = {
    "supercategory": "person",
    "id": 1,
    "name": "person",
    "keypoints": list(SKELETON.keypoints),
    "skeleton": [[a + 1, b + 1] for a, b in SKELETON.limb_index()],
}


def _shots(config: SampleConfig) -> list[Shot]:
    return split_shots("coco", asdict(config.coco), coco_file, PLAN)


def coco_file(split: str, number: int) -> str:
    """Where COCO keeps a picture."""
    return f"{split}2017/{number:012d}.jpg"


def coco_image(shot: Shot, scene: Scene) -> Record:
    """The entry of `images`."""
    height, width = scene.image.shape[:2]
    return {
        "license": 1,
        "file_name": Path(shot.files[0]).name,
        "coco_url": f"https://example.org/{shot.files[0]}",
        "height": height,
        "width": width,
        "date_captured": "2017-01-01 00:00:00",
        "flickr_url": "",
        "id": shot.number,
    }


def coco_person(shot: Shot, instance: Instance) -> Record:
    """The entry of `annotations`, without its id."""
    triples = coco_triples(instance, SKELETON.keypoints)
    return {
        "segmentation": polygons(instance.mask),
        "num_keypoints": labelled(triples),
        "area": float(instance.area),
        "iscrowd": 0,
        "keypoints": triples,
        "image_id": shot.number,
        "bbox": [float(v) for v in instance.bbox],
        "category_id": 1,
    }


def _crowd(shot: Shot, mask: np.ndarray) -> Record:
    """A crowd is one region, run-length encoded down the columns, and has no keypoints."""
    flat = mask.flatten(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    x, y = int(columns[0]), int(rows[0])
    return {
        "segmentation": {"counts": [0, *runs] if flat[0] else runs, "size": list(mask.shape)},
        "num_keypoints": 0,
        "area": float(mask.sum()),
        "iscrowd": 1,
        "keypoints": [0] * 3 * len(SKELETON),
        "image_id": shot.number,
        "bbox": [x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1],
        "category_id": 1,
    }


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    people = [coco_person(shot, instance) for instance in scenes[0].instances]
    crowd = scenes[0].crowd
    if crowd is not None and crowd.any():
        people.append(_crowd(shot, crowd))
    return [{"image": coco_image(shot, scenes[0]), "annotations": people}]


def coco_document(shots: list[Shot], records: list[list[Record]], split: str, info: dict) -> dict:
    """A whole annotation file of one split; annotation ids count over all splits."""
    images, annotations, number = [], [], 0
    for shot, (record,) in zip(shots, records, strict=True):
        for annotation in record["annotations"]:
            number += 1
            if shot.split == split:
                annotations.append(annotation | {"id": number})
        if shot.split == split:
            images.append(record["image"])
    return {
        "info": info,
        "licenses": LICENSES,
        "images": images,
        "annotations": annotations,
        "categories": [CATEGORY],
    }


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    for split in ("train", "val"):
        document = coco_document(shots, records, split, INFO)
        write_json(folder / "annotations" / f"person_keypoints_{split}2017.json", document)


COCO = Layout("coco", _shots, staged(_describe), _write)
