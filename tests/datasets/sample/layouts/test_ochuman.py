import json
from pathlib import Path

import numpy as np
import pytest
import torch
from pycocotools import mask as masks
from torchvision.ops import box_iou

from vitpose_plus.datasets.readers.ochuman import read_ochuman
from vitpose_plus.datasets.sample.layouts.ochuman import max_iou
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.skeletons import SKELETONS


@pytest.fixture(scope="module")
def document(sample: Path) -> dict:
    return json.loads((sample / "ochuman/ochuman.json").read_text())


def people_of(document: dict) -> list[dict]:
    return [person for image in document["images"] for person in image["annotations"]]


def silhouette(segms: dict) -> np.ndarray:
    """[H, W] flags of the outer rings without the inner ones, as the official API draws them."""
    size = segms["height"], segms["width"]
    drawn = []
    for rings in (segms["outer"], segms["inner"]):
        found = masks.frPyObjects(rings, *size) if rings else []
        drawn.append(masks.decode(masks.merge(found)).astype(bool) if found else np.zeros(size))
    return drawn[0] & ~drawn[1].astype(bool)


def test_names_and_codes_are_the_official_ones(document: dict):
    names = document["keypoint_names"]
    assert names[:3] == ["right_shoulder", "right_elbow", "right_wrist"]
    assert names[12:] == ["head", "neck", "right_ear", "left_ear", "nose", "right_eye", "left_eye"]
    assert len(set(names)) == 19
    codes = {"missing": 0, "vis": 1, "self_occluded": 2, "others_occluded": 3}
    assert document["keypoint_visible"] == codes
    used = {v for p in people_of(document) if p["keypoints"] for v in p["keypoints"][2::3]}
    assert used == {0, 1, 2, 3}


def test_max_iou_is_that_of_the_boxes(document: dict):
    for image in document["images"]:
        boxes = torch.tensor([person["bbox"] for person in image["annotations"]]).float()
        ious = box_iou(boxes, boxes).fill_diagonal_(0).max(dim=1).values
        given = [person["max_iou"] for person in image["annotations"]]
        np.testing.assert_allclose(given, ious, atol=1e-6)


def test_somebody_alone_overlaps_nobody():
    assert max_iou(np.array([[0, 0, 5, 5]])).tolist() == [0.0]


def test_every_picture_has_somebody_hidden_by_others_with_keypoints(document: dict):
    for image in document["images"]:
        hidden = [p for p in image["annotations"] if p["keypoints"] is not None]
        assert hidden
        assert all(person["max_iou"] >= 0.5 for person in hidden)


def test_some_people_lack_keypoints_and_others_a_silhouette(document: dict):
    kinds = {(p["keypoints"] is None, p["segms"] is None) for p in people_of(document)}
    assert kinds == {(True, True), (False, True), (False, False)}


def test_visible_joints_lie_in_the_silhouette_and_covered_ones_outside(document: dict):
    inside: dict[int, list[bool]] = {1: [], 3: []}
    joints = [document["keypoint_names"].index(f"left_{j}") for j in ("hip", "knee", "shoulder")]
    for person in people_of(document):
        if not person["segms"]:
            continue
        mask = silhouette(person["segms"])
        for x, y, code in np.array(person["keypoints"]).reshape(-1, 3)[joints]:
            if code in inside:
                inside[code].append(bool(mask[y, x]))
    assert np.mean(inside[1]) > 0.95
    assert np.mean(inside[3]) < 0.05


def test_silhouettes_fit_their_boxes(document: dict):
    fits = []
    for person in people_of(document):
        if person["segms"]:
            rows, columns = np.nonzero(silhouette(person["segms"]))
            found = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            fits.append(np.abs(found - person["bbox"]).max() <= 3)
    # A sliver seen between others counts for the box, but a ring around it encloses nothing.
    assert np.mean(fits) > 0.9


def test_the_reader_reads_everybody_with_keypoints(sample: Path, document: dict):
    folder = sample / "ochuman"
    split = SplitSource(annotations=folder / "ochuman.json", images=folder / "images")
    reading = read_ochuman(split, SKELETONS["coco"])
    people = people_of(document)
    assert len(reading.instances) + len(reading.skipped) == len(people)
    assert len(reading.instances) == sum(person["keypoints"] is not None for person in people)
    assert all((folder / "images" / row.file_name).is_file() for row in reading.instances)
