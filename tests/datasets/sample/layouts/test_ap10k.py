import json
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def document(sample: Path) -> dict:
    return json.loads((sample / "ap10k/annotations/ap10k-train-split1.json").read_text())


def test_visibility_is_two_or_nothing(document: dict):
    codes = {v for animal in document["annotations"] for v in animal["keypoints"][2::3]}
    assert codes == {0, 2}


def test_an_area_is_its_boxs(document: dict):
    for animal in document["annotations"]:
        assert animal["area"] == animal["bbox"][2] * animal["bbox"][3]


def test_species_are_categories(document: dict):
    ids = {category["id"]: category["name"] for category in document["categories"]}
    assert ids[21] == "horse"
    assert {animal["category_id"] for animal in document["annotations"]} <= ids.keys()


def test_the_three_divisions_are_of_the_same_pictures(sample: Path):
    folder = sample / "ap10k/annotations"
    validation = []
    for division in (1, 2, 3):
        files = [folder / f"ap10k-{split}-split{division}.json" for split in ("train", "val")]
        train, val = (json.loads(file.read_text()) for file in files)
        assert len(val["images"]) == 3
        names = [image["file_name"] for image in (*train["images"], *val["images"])]
        assert sorted(names) == sorted(path.name for path in (sample / "ap10k/data").iterdir())
        assert {a["image_id"] for a in val["annotations"]} <= {i["id"] for i in val["images"]}
        validation.append({image["id"] for image in val["images"]})
    assert len(set.union(*validation)) == 9
