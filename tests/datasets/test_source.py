from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from vitpose_plus.datasets.source import DatasetSource

SPLIT = {"annotations": "a.json", "images": "pictures"}


def parse(**changes: Any) -> DatasetSource:
    plain = {"layout": "coco", "skeleton": "coco", "splits": {"train": SPLIT}}
    return TypeAdapter(DatasetSource).validate_python(plain | changes)


def test_plain_configuration_becomes_a_source() -> None:
    source = parse()
    assert source.splits["train"].images == Path("pictures")
    assert (source.metrics, source.on_invalid) == (("oks",), "error")


@pytest.mark.parametrize(
    "changes",
    [
        {"layuot": "coco"},
        {"layout": "voc"},
        {"on_invalid": "ignore"},
        {"metrics": ["map"]},
        {"metrics": []},
        {"splits": {}},
        {"splits": {"train": SPLIT | {"image": "x"}}},
        {"splits": {"train": {"images": "x"}}},
        {"splits": {"train": SPLIT | {"part": "val"}}},
        {"splits": {"train": SPLIT | {"tompson_list": "d.mat"}}},
        {"splits": {"train": SPLIT | {"video_share": [0, 0.5]}}},
        {"layout": "mpii", "splits": {"train": SPLIT | {"part": "test"}}},
        {"layout": "ochuman", "splits": {"train": SPLIT | {"part": "train"}}},
        {"splits": {"train": SPLIT | {"cameras": "c.json"}}},
        {"splits": {"train": SPLIT | {"published": {"people": 3}}}},
        {"augmentation": {"rotate": 3}},
        {"splits": {"train": SPLIT | {"frame_share": [0, 0.5]}}},
        {"origins": [{"address": "a.zip", "folder": "x", "sha256": "abc"}]},
    ],
)
def test_what_no_reader_would_use_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        parse(**changes)


@pytest.mark.parametrize(
    ("layout", "option"),
    [
        ("mpii", {"part": "val", "tompson_list": "d.mat"}),
        ("apt36k", {"video_share": [0, 0.5]}),
        ("ochuman", {"part": "test"}),
        ("interhand", {"cameras": "c.json", "joints": "j.json"}),
        ("coco", {"published": {"images": 5}}),
    ],
)
def test_a_layouts_own_settings_are_taken(layout: str, option: dict[str, Any]) -> None:
    assert parse(layout=layout, splits={"train": SPLIT | option}).layout == layout


def apt36k(**splits: dict[str, Any]) -> DatasetSource:
    return parse(layout="apt36k", splits={name: SPLIT | one for name, one in splits.items()})


@pytest.mark.parametrize(
    ("train", "val"),
    [
        ({"video_share": [0, 0.8]}, {"video_share": [0.8, 1]}),
        ({"frame_share": [0, 0.9]}, {"frame_share": [0.9, 1]}),
        (
            {"video_share": [0, 0.8], "frame_share": [0, 0.9]},
            {"video_share": [0, 0.8], "frame_share": [0.9, 1]},
        ),
    ],
)
def test_splits_of_one_file_that_share_no_frame_are_taken(train, val) -> None:
    assert list(apt36k(train=train, val=val).splits) == ["train", "val"]


@pytest.mark.parametrize(
    ("train", "val"),
    [
        ({"video_share": [0, 0.8]}, {"video_share": [0.7, 1]}),
        ({"video_share": [0, 0.8]}, {"frame_share": [0.9, 1]}),
        ({}, {"video_share": [0.8, 1]}),
    ],
)
def test_a_frame_in_two_splits_of_one_file_is_refused(train, val) -> None:
    with pytest.raises(ValidationError, match="train and val share frames"):
        apt36k(train=train, val=val)


def test_a_split_that_is_near_training_by_design_says_so() -> None:
    source = parse(splits={"train": SPLIT, "near": SPLIT | {"near_training": True}})
    assert [source.near_training(name) for name in ("train", "near", "gone")] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("name", ["", ".", "..", "a.b", "a/b", "../x", "a b", "-a", "é", "a\n"])
def test_a_split_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        parse(splits={name: SPLIT})


@pytest.mark.parametrize("name", ["train", "val2017", "test-dev", "my_split", "2017"])
def test_letters_digits_and_dashes_name_a_split(name: str) -> None:
    assert set(parse(splits={name: SPLIT}).splits) == {name}
