import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.readers.crowdpose import read_crowdpose
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import SKELETONS, Skeleton

Write = Callable[..., SplitSource]
CROWDPOSE = SKELETONS["crowdpose"]


@pytest.fixture
def crowd(coco_content: dict[str, Any]) -> dict[str, Any]:
    """A CrowdPose file of one person."""
    coco_content["images"][0]["crowdIndex"] = 0.25
    coco_content["categories"][0]["keypoints"] = [*CROWDPOSE.keypoints[:12], "head", "neck"]
    (person,) = coco_content["annotations"]
    person["keypoints"] = [value for i in range(14) for value in (20 + i, 30 + i, 2)]
    del person["area"]
    return coco_content


def test_the_real_sample_reads(real: Path) -> None:
    path = real / "real_mini/crowdpose/test_crowdpose.json"
    content = json.loads(path.read_text())
    reading = read_crowdpose(SplitSource(annotations=path, images=path.parent), CROWDPOSE)
    crowded = {str(image["id"]): image["crowdIndex"] for image in content["images"]}
    assert len(reading.instances) == len(content["annotations"]) == 5
    for row, record in zip(reading.instances, content["annotations"], strict=True):
        triples = np.array(record["keypoints"]).reshape(14, 3)
        assert np.array_equal(row.keypoints, triples[:, :2])
        assert np.array_equal(row.visibility, triples[:, 2])
        assert row.area == pytest.approx(0.53 * record["bbox"][2] * record["bbox"][3])
        assert row.crowd_index == crowded[row.image_id]
    (note,) = reading.notes
    assert "5 of 5 annotations have no area" in note


def test_how_crowded_a_picture_is_reaches_its_rows(crowd: dict[str, Any], split: Write) -> None:
    (row,) = read_crowdpose(split(crowd), CROWDPOSE).instances
    assert row.crowd_index == 0.25
    assert row.keypoints[CROWDPOSE.index("head_top")].tolist() == [32, 42]


def test_pictures_without_a_crowd_index_are_noted(crowd: dict[str, Any], split: Write) -> None:
    del crowd["images"][0]["crowdIndex"]
    reading = read_crowdpose(split(crowd), CROWDPOSE)
    assert reading.instances[0].crowd_index is None
    assert "1 pictures have no crowdIndex" in reading.notes[-1]


def test_a_crowd_index_that_is_no_number_is_named(crowd: dict[str, Any], split: Write) -> None:
    crowd["images"][0]["crowdIndex"] = "hard"
    with pytest.raises(AnnotationError, match="image 7: crowdIndex holds something else"):
        read_crowdpose(split(crowd), CROWDPOSE)


def test_another_order_of_the_points_is_an_error(crowd: dict[str, Any], split: Write) -> None:
    with pytest.raises(AnnotationError, match="in another order than skeleton 'aic'"):
        read_crowdpose(split(crowd), SKELETONS["aic"])


def test_a_skeleton_of_other_size_is_an_error(
    crowd: dict[str, Any], split: Write, three: Skeleton
) -> None:
    with pytest.raises(AnnotationError, match="lists 14 keypoints, skeleton 'three' has 3"):
        read_crowdpose(split(crowd), three)


@pytest.mark.parametrize("names", [14, [["head"]] * 14])
def test_names_that_are_no_text_are_an_error(
    crowd: dict[str, Any], split: Write, names: object
) -> None:
    crowd["categories"][0]["keypoints"] = names
    with pytest.raises(AnnotationError, match=r"people.json, category 'person': .*keypoints"):
        read_crowdpose(split(crowd), CROWDPOSE)
