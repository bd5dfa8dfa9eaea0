"""APT-36K: clips of animals in one file, with Windows paths, video ids and track ids."""

from pathlib import Path

import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.layouts.ap10k import animal_category
from vitpose_plus.datasets.sample.layouts.layout import (
    Layout,
    Record,
    Shot,
    coco_triples,
    labelled,
    staged,
    write_json,
)
from vitpose_plus.datasets.sample.scene import Instance, Scene
from vitpose_plus.datasets.sample.species import SPECIES
from vitpose_plus.datasets.sample.stage import Plan
from vitpose_plus.skeletons.apt36k import APT36K as SKELETON

SIZES, COUNTS = (0.22, 0.55), (0.6, 0.3, 0.1)
# The official file names pictures as they lay on the annotators' machine.
PREFIX = "D:\\Animal_pose\\AP-36k-patr1\\"
INFO = {"description": "Synthetic sample in the layout of APT-36K", "version": "1.0"}
CATEGORY_IDS = {species.name: i for i, species in enumerate(SPECIES, 1)}


def _shots(config: SampleConfig) -> list[Shot]:
    shots = []
    for number in range(1, config.apt36k.clips + 1):
        species = SPECIES[(number - 1) % len(SPECIES)]
        clip = f"{CATEGORY_IDS[species.name]}{species.name}/v{number}C1"
        files = tuple(f"{clip}/frame{i}.jpg" for i in range(1, config.apt36k.frames + 1))
        plan = Plan(cast="animals", sizes=SIZES, counts=COUNTS, cut=0.05, species=species)
        shots.append(Shot("apt36k", "", number, files, plan))
    return shots


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    return [_frame(shot, file, scene) for file, scene in zip(shot.files, scenes, strict=True)]


def _frame(shot: Shot, file: str, scene: Scene) -> Record:
    height, width = scene.image.shape[:2]
    image = {
        "file_name": PREFIX + file.replace("/", "\\"),
        "height": height,
        "width": width,
        "video_id": shot.number,
    }
    animals = [_animal(shot, animal) for animal in scene.instances if animal.clear]
    return {"image": image, "annotations": animals}


def _animal(shot: Shot, animal: Instance) -> Record:
    triples = coco_triples(animal, SKELETON.keypoints)
    return {
        "category_id": CATEGORY_IDS[animal.kind],
        "video_id": shot.number,
        "track_id": animal.track + 1,
        "bbox": list(animal.bbox),
        "area": animal.bbox[2] * animal.bbox[3],
        "iscrowd": 0,
        "num_keypoints": labelled(triples),
        "keypoints": triples,
    }


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    images: list[Record] = []
    annotations: list[Record] = []
    for frame in (frame for clip in records for frame in clip):
        images.append(frame["image"] | {"id": len(images) + 1})
        for animal in frame["annotations"]:
            ids = {"id": len(annotations) + 1, "image_id": len(images)}
            annotations.append(animal | ids)
    categories = [animal_category(i, s.name, s.family) for i, s in enumerate(SPECIES, 1)]
    document = {"info": INFO, "images": images, "annotations": annotations}
    write_json(folder / "apt36k_annotations.json", document | {"categories": categories})


APT36K = Layout("apt36k", _shots, staged(_describe), _write)
