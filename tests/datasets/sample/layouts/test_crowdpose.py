import json
from pathlib import Path

import numpy as np
import pytest

from vitpose_plus.datasets.readers.crowdpose import read_crowdpose
from vitpose_plus.datasets.sample.layouts.crowdpose import crowd_index
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.skeletons.crowdpose import CROWDPOSE

OFFICIAL = Path(__file__).resolve().parents[5] / "shared/data/real_mini/crowdpose"


@pytest.fixture(scope="module")
def documents(sample: Path) -> dict[str, dict]:
    files = (sample / "crowdpose/json").iterdir()
    return {file.stem: json.loads(file.read_text()) for file in files}


def people_of(document: dict, image: int) -> tuple[np.ndarray, np.ndarray]:
    people = [a for a in document["annotations"] if a["image_id"] == image]
    boxes = np.array([person["bbox"] for person in people])
    return boxes, np.array([person["keypoints"] for person in people]).reshape(-1, 14, 3)


def test_the_crowd_index_of_official_pictures_is_the_published_one():
    if not OFFICIAL.exists():
        pytest.skip("no official pictures here")
    document = json.loads((OFFICIAL / "test_crowdpose.json").read_text())
    for image in document["images"]:
        found = crowd_index(*people_of(document, image["id"]))
        assert found == pytest.approx(image["crowdIndex"], abs=0.005)


def test_somebody_alone_and_nobody_marked_are_no_crowd():
    box, points = np.array([[0.0, 0.0, 9.0, 9.0]]), np.full((1, 14, 3), 2.0)
    assert crowd_index(box, points) == 0
    assert crowd_index(box, 0 * points) == 0


def test_two_people_in_one_place_are_all_in_each_others_boxes():
    boxes, points = np.array([[0.0, 0.0, 9.0, 9.0]] * 2), np.full((2, 14, 3), 2.0)
    assert crowd_index(boxes, points) == 1


def test_there_are_lonely_and_crowded_pictures(documents: dict[str, dict]):
    indices = [i["crowdIndex"] for d in documents.values() for i in d["images"]]
    assert min(indices) < 0.2 and max(indices) > 0.8
    assert all(0 <= index <= 1 for index in indices)


def test_people_have_neither_area_nor_silhouette_and_ids_are_unique(documents: dict[str, dict]):
    assert documents.keys() == {f"crowdpose_{split}" for split in ("train", "val", "test")}
    people = [person for d in documents.values() for person in d["annotations"]]
    keys = {"num_keypoints", "iscrowd", "keypoints", "image_id", "bbox", "category_id", "id"}
    assert all(person.keys() == keys for person in people)
    assert len({person["id"] for person in people}) == len(people)


def test_num_keypoints_leaves_out_head_and_neck(documents: dict[str, dict]):
    marked = set()
    for person in documents["crowdpose_train"]["annotations"]:
        flags = np.array(person["keypoints"][2::3])
        assert person["num_keypoints"] == (flags[:12] > 0).sum()
        marked |= set(flags[12:])
    assert 2 in marked


def test_the_reader_reads_every_person(sample: Path, documents: dict[str, dict]):
    folder = sample / "crowdpose"
    split = SplitSource(annotations=folder / "json/crowdpose_train.json", images=folder / "images")
    rows = list(read_crowdpose(split, CROWDPOSE).instances)
    document = documents["crowdpose_train"]
    assert len(rows) == len(document["annotations"])
    assert all((folder / "images" / row.file_name).is_file() for row in rows)
    index = {str(image["id"]): image["crowdIndex"] for image in document["images"]}
    assert all(row.crowd_index == pytest.approx(index[row.image_id]) for row in rows)
