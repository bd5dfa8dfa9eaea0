import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO


@pytest.fixture(scope="module", params=["train", "val"])
def split(sample: Path, request: pytest.FixtureRequest) -> tuple[dict, Path]:
    file = sample / f"coco/annotations/person_keypoints_{request.param}2017.json"
    return json.loads(file.read_text()), sample / f"coco/{request.param}2017"


def test_pictures_decode_to_the_annotated_size(split: tuple[dict, Path]):
    document, folder = split
    assert {image["file_name"] for image in document["images"]} == {
        path.name for path in folder.iterdir()
    }
    for image in document["images"]:
        picture = cv2.imread(str(folder / image["file_name"]))
        assert picture.shape == (image["height"], image["width"], 3)


def test_labelled_keypoints_lie_in_their_picture_and_others_are_zero(split: tuple[dict, Path]):
    document, _ = split
    sizes = {i["id"]: (i["width"], i["height"]) for i in document["images"]}
    for person in document["annotations"]:
        points = np.array(person["keypoints"]).reshape(17, 3)
        on = points[:, 2] > 0
        assert person["num_keypoints"] == on.sum()
        assert (points[~on] == 0).all()
        assert (points[on, :2] >= 0).all()
        assert (points[on, :2] < sizes[person["image_id"]]).all()


def test_areas_and_boxes_are_those_of_the_official_decoder(split: tuple[dict, Path]):
    document, _ = split
    coco = COCO()
    coco.dataset = document
    coco.createIndex()
    for person in document["annotations"]:
        mask = coco.annToMask(person)
        x, y, width, height = (int(v) for v in person["bbox"])
        # Outlines run through pixel centres: they lose up to half a pixel along the border.
        tolerance = 0 if person["iscrowd"] else 0.25 * person["area"] + 4 * (width + height)
        assert mask.sum() == pytest.approx(person["area"], abs=tolerance)
        assert mask[y : y + height + 1, x : x + width + 1].sum() == mask.sum()


def test_ids_are_unique_over_both_splits(sample: Path):
    both = [
        json.loads((sample / f"coco/annotations/person_keypoints_{s}2017.json").read_text())
        for s in ("train", "val")
    ]
    for key in ("images", "annotations"):
        ids = [entry["id"] for document in both for entry in document[key]]
        assert len(set(ids)) == len(ids)


def test_hidden_crowded_and_unlabelled_people_occur(sample: Path):
    file = sample / "coco/annotations/person_keypoints_train2017.json"
    people = json.loads(file.read_text())["annotations"]
    codes = {v for person in people for v in person["keypoints"][2::3]}
    assert codes == {0, 1, 2}
    assert any(p["num_keypoints"] == 0 and not p["iscrowd"] for p in people)
    crowds = [p for p in people if p["iscrowd"]]
    assert crowds and all("counts" in p["segmentation"] for p in crowds)
