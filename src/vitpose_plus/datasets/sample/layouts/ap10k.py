"""AP-10K: COCO's form with 54 species as categories, and v either 0 or 2."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.layouts.layout import (
    Layout,
    Record,
    Shot,
    labelled,
    split_shots,
    staged,
    write_json,
)
from vitpose_plus.datasets.sample.scene import Instance, Scene, Seen
from vitpose_plus.datasets.sample.species import SPECIES
from vitpose_plus.datasets.sample.stage import Plan
from vitpose_plus.skeletons.ap10k import AP10K as SKELETON

PLAN = Plan(cast="animals", sizes=(0.2, 0.7), counts=(0.66, 0.24, 0.1))
INFO = {"description": "Synthetic sample in the layout of AP-10K", "version": "1.0", "year": 2021}
LICENSES = [{"id": 1, "name": "Synthetic picture", "url": "https://example.org/license"}]
CATEGORY_IDS = {species.name: species.category for species in SPECIES}


def animal_category(category: int, name: str, family: str) -> Record:
    """An entry of `categories`."""
    return {
        "id": category,
        "name": name,
        "supercategory": family,
        "keypoints": list(SKELETON.keypoints),
        "skeleton": [[a + 1, b + 1] for a, b in SKELETON.limb_index()],
    }


def _shots(config: SampleConfig) -> list[Shot]:
    return split_shots("ap10k", asdict(config.ap10k), lambda _, n: f"data/{n:012d}.jpg", PLAN)


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    height, width = scenes[0].image.shape[:2]
    image = {
        "license": 1,
        "id": shot.number,
        "file_name": Path(shot.files[0]).name,
        "width": width,
        "height": height,
        "background": int(rng.integers(1, 9)),
    }
    animals = [_animal(shot, animal) for animal in scenes[0].instances if animal.clear]
    return [{"image": image, "annotations": animals}]


def _animal(shot: Shot, animal: Instance) -> Record:
    triples: list[int] = []
    for (x, y), seen, facing in zip(*animal.select(SKELETON.keypoints), strict=True):
        # There is no "hidden" here: a leg behind the own belly is guessed, all else is left out.
        known = facing and seen >= Seen.SELF_HIDDEN
        triples += [int(x), int(y), 2] if known else [0, 0, 0]
    return {
        "image_id": shot.number,
        "category_id": CATEGORY_IDS[animal.kind],
        "bbox": list(animal.bbox),
        "area": animal.bbox[2] * animal.bbox[3],
        "iscrowd": 0,
        "num_keypoints": labelled(triples),
        "keypoints": triples,
    }


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    images = [record["image"] for (record,) in records]
    animals: list[list[Record]] = []
    number = 0
    for (record,) in records:
        animals.append([{"id": number + i} | a for i, a in enumerate(record["annotations"], 1)])
        number += len(animals[-1])
    ordered = sorted(SPECIES, key=lambda species: species.category)
    categories = [animal_category(s.category, s.name, s.family) for s in ordered]
    for division in (1, 2, 3):
        for split, indices in _divide([shot.split for shot in shots], division).items():
            whole = {
                "info": INFO,
                "licenses": LICENSES,
                "images": [images[i] for i in indices],
                "annotations": [animal for i in indices for animal in animals[i]],
                "categories": categories,
            }
            write_json(folder / "annotations" / f"ap10k-{split}-split{division}.json", whole)


def _divide(splits: list[str], division: int) -> dict[str, list[int]]:
    """Indices of each split's pictures in one of the three official divisions.

    The validation pictures of the second and third lie a third and two thirds of all pictures
    before the first one's.
    """
    shift = (division - 1) * len(splits) // 3
    divided: dict[str, list[int]] = {"train": [], "val": []}
    for index in range(len(splits)):
        divided[splits[(index + shift) % len(splits)]].append(index)
    return divided


AP10K = Layout("ap10k", _shots, staged(_describe), _write)
