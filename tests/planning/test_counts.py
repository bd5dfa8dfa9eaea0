from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from vitpose_plus.datasets.manifest import read_manifest, write_manifest
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.planning.counts import PUBLISHED, ingested, published

CONF = Path(__file__).parents[2] / "conf" / "full" / "parameters_data.yml"


@pytest.fixture
def tables(make_split, ingest_split, tmp_path):
    """Two data sets: coco with 6 rows to train on and 4 to score, mpii with 3."""
    folder = tmp_path / "tables"
    ingest_split(make_split("coco", 6), folder / "coco")
    ingest_split(make_split("mpii", 3), folder / "mpii")
    manifest = read_manifest(folder / "coco")
    train = manifest.splits["train"]
    both = {"train": replace(train, kept=9), "val": replace(train, trainable=4)}
    write_manifest(replace(manifest, splits=both), folder / "coco")
    return folder


def test_trainable_rows_are_counted_from_the_manifests(tables):
    coco, mpii = ingested(tables)
    assert (coco.name, coco.train, coco.held_out) == ("coco", 6, 4)
    assert (mpii.name, mpii.train, mpii.held_out) == ("mpii", 3, 0)
    assert coco.source == str(tables / "coco" / "manifest.json")
    assert [each.name for each in ingested(tables, ["mpii"])] == ["mpii"]


def test_a_set_that_was_not_ingested_is_an_error(tables, tmp_path):
    with pytest.raises(AnnotationError, match="aic"):
        ingested(tables, ["aic"])
    with pytest.raises(ConfigurationError, match="no ingested data set"):
        ingested(tmp_path / "nowhere")


def test_a_set_without_a_training_split_is_left_out_unless_it_is_named(tables):
    manifest = read_manifest(tables / "mpii")
    write_manifest(replace(manifest, splits={"test": manifest.splits["train"]}), tables / "mpii")
    assert [each.name for each in ingested(tables)] == ["coco"]
    with pytest.raises(ConfigurationError, match="mpii has no split 'train'"):
        ingested(tables, ["mpii"])


def test_what_is_published_agrees_with_what_an_ingestion_checks():
    sets = yaml.safe_load(CONF.read_text())["data"]["datasets"]
    coco = {name: split["published"]["labelled"] for name, split in sets["coco"]["splits"].items()}
    assert (published("coco").train, published("coco").held_out) == (coco["train"], coco["val"])
    mpii = sets["mpii"]["splits"]["val"]["published"]["labelled"]
    assert published("mpii").held_out == mpii
    splits = sets["apt36k"]["splits"]
    train, val = ([*splits[name].get("video_share")] for name in ("train", "val"))
    frames = splits["train"]["frame_share"]
    ours = 53_006 * (train[1] - train[0]) * (frames[1] - frames[0])
    assert published("apt36k").train == pytest.approx(ours, abs=1)
    assert published("apt36k").held_out == pytest.approx(53_006 * (val[1] - val[0]), abs=1)


def test_only_what_this_project_can_show_counts_as_checked():
    assert {name for name, each in PUBLISHED.items() if each.checked} == {"coco"}


def test_an_unknown_set_says_how_to_give_a_count():
    with pytest.raises(ConfigurationError, match="--data mine=12000"):
        published("mine")
