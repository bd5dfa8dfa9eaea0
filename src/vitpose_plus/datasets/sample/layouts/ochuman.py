"""OCHuman: one file, whose people lie within their pictures, with codes and names of its own."""

from pathlib import Path

import cv2
import numpy as np

from vitpose_plus.datasets.sample.company import Company
from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.layouts.layout import (
    Layout,
    Picture,
    Record,
    Shot,
    split_shots,
    staged,
    write_json,
)
from vitpose_plus.datasets.sample.scene import Instance, Scene, Seen
from vitpose_plus.datasets.sample.stage import Plan

PLAN = Plan(
    sizes=(0.75, 1.0),
    counts=(0.0, 0.6, 0.3, 0.1),
    company=Company(overlap=(0.75, 0.97), spread=0.25),
    clear=2,
)
# The official names in the official order, and what the figures call them.
KEYPOINTS = (
    *(f"{side}_{joint}" for side in ("right", "left") for joint in ("shoulder", "elbow", "wrist")),
    *(f"{side}_{joint}" for side in ("right", "left") for joint in ("hip", "knee", "ankle")),
    *("head", "neck", "right_ear", "left_ear", "nose", "right_eye", "left_eye"),
)
OURS = tuple("head_top" if name == "head" else name for name in KEYPOINTS)
VISIBLE = {"missing": 0, "vis": 1, "self_occluded": 2, "others_occluded": 3}
CODES = {
    Seen.OUTSIDE: "missing",
    Seen.VISIBLE: "vis",
    Seen.SELF_HIDDEN: "self_occluded",
    Seen.COVERED: "others_occluded",
}
# People who overlap others less have a box only; of the others, some have no silhouette.
HIDDEN_FROM, WITHOUT_SILHOUETTE = 0.5, 0.2
# Every official picture shows somebody with keypoints.
TRIES = 10


def max_iou(boxes: np.ndarray) -> np.ndarray:
    """[N]: each box's largest intersection over union with another; boxes [N, 4] corners."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(axis=-1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
    ious = shared / (areas[:, None] + areas[None] - shared)
    np.fill_diagonal(ious, 0.0)
    return ious.max(axis=1)


def _shots(config: SampleConfig) -> list[Shot]:
    if config.ochuman is None:
        return []
    return split_shots("ochuman", {"": config.ochuman}, lambda _, n: f"images/{n:06d}.jpg", PLAN)


def _take(shot: Shot[Plan], rng: np.random.Generator) -> list[Picture]:
    take = staged(_describe)
    for _ in range(TRIES):
        (picture,) = take(shot, rng)
        if any(person["keypoints"] for person in picture.record["annotations"]):
            break
    return [picture]


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    height, width = scenes[0].image.shape[:2]
    people = scenes[0].instances
    boxes = np.array([_corners(person) for person in people])
    annotations = [
        _person(person, box, float(iou), rng)
        for person, box, iou in zip(people, boxes, max_iou(boxes), strict=True)
    ]
    return [
        {
            "image_id": f"{shot.number:06d}",
            "file_name": Path(shot.files[0]).name,
            "width": width,
            "height": height,
            "annotations": annotations,
        }
    ]


def _corners(person: Instance) -> list[int]:
    x, y, width, height = person.bbox
    return [x, y, x + width, y + height]


def _person(person: Instance, box: np.ndarray, iou: float, rng: np.random.Generator) -> Record:
    hidden = person.clear and iou >= HIDDEN_FROM
    silhouette = hidden and rng.random() >= WITHOUT_SILHOUETTE
    return {
        "bbox": box.tolist(),
        "keypoints": _triples(person) if hidden else None,
        "segms": _rings(person.mask) if silhouette else None,
        "max_iou": iou,
        "links": [],
    }


def _triples(person: Instance) -> list[int]:
    triples: list[int] = []
    for (x, y), seen, facing in zip(*person.select(OURS), strict=True):
        code = VISIBLE[CODES[Seen(seen)]] if facing else 0
        triples += [int(x), int(y), code] if code else [0, 0, 0]
    return triples


def _rings(mask: np.ndarray) -> Record:
    """A silhouette's outlines, and those of the holes in it."""
    found, tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    rings: dict[bool, list[list[float]]] = {False: [], True: []}
    for ring, (_, _, _, parent) in zip(found, tree[0], strict=True):
        if len(ring) >= 3:
            rings[bool(parent >= 0)].append(ring.reshape(-1).astype(float).tolist())
    height, width = mask.shape
    return {"outer": rings[False], "inner": rings[True], "height": height, "width": width}


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    document = {
        "keypoint_names": list(KEYPOINTS),
        "keypoint_visible": VISIBLE,
        "images": [record for (record,) in records],
    }
    write_json(folder / "ochuman.json", document)


OCHUMAN = Layout("ochuman", _shots, _take, _write)
