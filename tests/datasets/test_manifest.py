import json
from dataclasses import replace
from pathlib import Path

import pytest

from vitpose_plus.datasets.manifest import (
    Manifest,
    SplitManifest,
    fingerprint,
    read_manifest,
    tally,
    write_manifest,
)
from vitpose_plus.datasets.source import DatasetSource, SplitSource
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import SKELETONS


@pytest.fixture
def source(tmp_path: Path) -> DatasetSource:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "list.mat").write_bytes(b"pairs")
    split = SplitSource(
        annotations=tmp_path / "a.json",
        images=tmp_path,
        part="val",
        tompson_list=tmp_path / "list.mat",
    )
    return DatasetSource(layout="mpii", skeleton="mpii", splits={"val": split}, metrics=("pckh",))


@pytest.fixture
def manifest() -> Manifest:
    split = SplitManifest(
        table="val.parquet",
        picture_table="val.pictures.parquet",
        images="data/raw/mpii",
        read=9,
        kept=6,
        trainable=5,
        pictures=4,
        skipped=2,
        rejected=1,
        skips=tally([("p1", "no points"), ("p2", "no points")]),
        rejections=tally([("p3", "box_without_area")]),
        notes=("a note",),
        pictures_sha256="b" * 64,
        table_sha256="aa",
        files_sha256={"a.json": "bb"},
    )
    return Manifest(
        dataset="mpii",
        layout="mpii",
        skeleton=SKELETONS["mpii"],
        metrics=("pckh", "pck"),
        splits={"val": split},
        fingerprint="cc",
    )


def test_a_manifest_survives_its_file(manifest: Manifest, tmp_path: Path) -> None:
    write_manifest(manifest, tmp_path)
    assert read_manifest(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_the_skeleton_needs_no_file_of_its_own(manifest: Manifest, tmp_path: Path) -> None:
    write_manifest(manifest, tmp_path)
    assert read_manifest(tmp_path).skeleton.flip_index() == SKELETONS["mpii"].flip_index()


def test_an_unknown_key_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    write_manifest(manifest, tmp_path)
    path = tmp_path / "manifest.json"
    content = json.loads(path.read_text())
    content["splits"]["val"]["keptt"] = 1
    path.write_text(json.dumps(content))
    with pytest.raises(AnnotationError, match=r"manifest\.json: not a manifest(.|\n)*keptt"):
        read_manifest(tmp_path)


def test_a_folder_without_manifest_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="Ingest the data set first"):
        read_manifest(tmp_path)


def test_reasons_are_counted_and_exemplified() -> None:
    first, second = tally([("a", "rare"), *((f"r{i}", "often") for i in range(30))])
    assert (first.reason, first.count, len(first.examples)) == ("often", 30, 20)
    assert (second.reason, second.count, second.examples) == ("rare", 1, ("a",))


def test_a_fingerprint_is_the_same_for_the_same_inputs(source: DatasetSource) -> None:
    assert fingerprint(source, SKELETONS["mpii"]) == fingerprint(source, SKELETONS["mpii"])


@pytest.mark.parametrize("file", ["a.json", "list.mat"])
def test_a_changed_file_changes_the_fingerprint(
    source: DatasetSource, tmp_path: Path, file: str
) -> None:
    before = fingerprint(source, SKELETONS["mpii"])
    (tmp_path / file).write_text("changed")
    assert fingerprint(source, SKELETONS["mpii"]) != before


def test_a_changed_setting_or_skeleton_changes_the_fingerprint(source: DatasetSource) -> None:
    skeleton = SKELETONS["mpii"]
    fatter = replace(skeleton, sigmas=(0.5,) * len(skeleton))
    dropping = replace(source, on_invalid="drop")
    prints = [
        fingerprint(s, k) for s, k in ((source, skeleton), (source, fatter), (dropping, skeleton))
    ]
    assert len(set(prints)) == 3
