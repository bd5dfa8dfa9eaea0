import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vitpose_plus.checksum import sha256_of
from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import why_stale
from vitpose_plus.datasets.manifest import read_manifest
from vitpose_plus.datasets.source import DatasetSource, Published, SplitSource
from vitpose_plus.datasets.split import read_split
from vitpose_plus.datasets.table import read_table
from vitpose_plus.errors import (
    AnnotationError,
    ConfigurationError,
    ValidationError,
    VitposeError,
)
from vitpose_plus.geometry import Augmentation
from vitpose_plus.ingestion import ingest, is_current, refusal_folder
from vitpose_plus.skeletons import SKELETONS

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
NAMES = SKELETONS["coco"].keypoints
Content = dict[str, Any]


def coco_content(people: int = 4) -> Content:
    """One person a picture of 64 x 48; person i has id 100 + i and two labelled points."""
    images = [{"id": i, "file_name": f"{i}.jpg", "width": 64, "height": 48} for i in range(people)]
    annotations = [
        {
            "id": 100 + i,
            "image_id": i,
            "category_id": 1,
            "bbox": [4, 4, 30, 40],
            "area": 600,
            "iscrowd": 0,
            "keypoints": [10, 10, 2, 12, 9, 1, *([0, 0, 0] * 15)],
        }
        for i in range(people)
    ]
    category = {"id": 1, "name": "person", "keypoints": list(NAMES)}
    return {"images": images, "annotations": annotations, "categories": [category]}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A good set of two splits that share their pictures' folder."""
    folder = tmp_path / "raw"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    for i in range(4):
        Image.fromarray(noise).save(folder / f"{i}.jpg")
    for split in ("train", "val"):
        (folder / f"{split}.json").write_text(json.dumps(coco_content()))
    return folder


@pytest.fixture
def source(raw: Path) -> DatasetSource:
    splits = {
        split: SplitSource(annotations=raw / f"{split}.json", images=raw)
        for split in ("train", "val")
    }
    return DatasetSource(layout="coco", skeleton="coco", splits=splits)


def change(raw: Path, mend: Callable[[Content], object]) -> None:
    """Change the validation file."""
    content = coco_content()
    mend(content)
    (raw / "val.json").write_text(json.dumps(content))


def truncate(raw: Path) -> None:
    content = (raw / "2.jpg").read_bytes()
    (raw / "2.jpg").write_bytes(content[: len(content) // 2])


def flat_box(content: Content) -> None:
    content["annotations"][2]["bbox"][2] = 0


def stray_keypoint(content: Content) -> None:
    content["annotations"][2]["keypoints"][:3] = [66, 10, 2]


def extra_keypoint(content: Content) -> None:
    content["categories"][0]["keypoints"].append("tail")


BAD_INPUTS: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "a truncated JPEG": (
        truncate,
        ("picture_unreadable: 2", "val.json, annotation 102", "2.jpg", "truncated"),
    ),
    "a missing picture": (
        lambda raw: (raw / "2.jpg").unlink(),
        ("picture_missing: 2", "val.json, annotation 102", "2.jpg does not exist"),
    ),
    "a box of zero area": (
        lambda raw: change(raw, flat_box),
        ("box_without_area: 1", "val.json, annotation 102", "bbox [4, 4, 0, 40]"),
    ),
    "a keypoint outside the picture": (
        lambda raw: change(raw, stray_keypoint),
        (
            "keypoint_outside_picture: 1",
            "val.json, annotation 102",
            "keypoint 0 at (66, 10), visibility 2, picture 64 x 48",
        ),
    ),
    "a category with another number of keypoints": (
        lambda raw: change(raw, extra_keypoint),
        ("val.json", "category 'person'", "lists 18 keypoints", "'coco' has 17"),
    ),
    "broken JSON": (
        lambda raw: (raw / "val.json").write_text('{"images": [\n{"id": 1'),
        ("val.json", "line 2, column 9"),
    ),
    "an empty split": (
        lambda raw: change(raw, lambda content: content["annotations"].clear()),
        ("split val", "val.json", "no instances"),
    ),
    "a split without a labelled keypoint": (
        lambda raw: change(
            raw, lambda content: [a.update(keypoints=[0] * 51) for a in content["annotations"]]
        ),
        ("split val", "val.json", "none of the 4 instances", "labelled keypoint"),
    ),
    "a picture of another size": (
        lambda raw: change(raw, lambda content: content["images"][2].update(width=65)),
        ("picture_size_differs: 1", "val.json, annotation 102", "2.jpg is 64 x 48, not 65 x 48"),
    ),
    "a record that stands twice": (
        lambda raw: change(
            raw, lambda content: content["annotations"].append(content["annotations"][2])
        ),
        ("duplicate_instance: 1", "val.json, annotation 102", "instance '102'"),
    ),
    "a visibility of another layout": (
        lambda raw: change(
            raw, lambda content: content["annotations"][2]["keypoints"].__setitem__(2, 3)
        ),
        ("visibility_unknown: 1", "val.json, annotation 102", "visibility 3"),
    ),
    "a missing annotation file": (
        lambda raw: (raw / "val.json").unlink(),
        ("split val", "val.json does not exist"),
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
@pytest.mark.parametrize("before", ["nothing", "older tables"])
def test_a_bad_input_is_one_screen_that_names_it_and_leaves_the_tables(
    case: str, before: str, source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    tables = tmp_path / "out/tables"
    if before == "older tables":
        ingest("people", source, tables, progress=False)
    there = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    spoil, expected = BAD_INPUTS[case]
    spoil(raw)
    with pytest.raises(VitposeError) as error:
        ingest("people", source, tables, progress=False)
    message = str(error.value)
    assert len(message.splitlines()) <= 24
    for words in expected:
        assert words in message
    shutil.rmtree(refusal_folder(tables), ignore_errors=True)
    left = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert left == there
    assert not (tmp_path / "out/.tables.part").exists()


def test_every_record_breaking_at_once_still_fits_a_screen(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    content = coco_content(200)
    for i, annotation in enumerate(content["annotations"]):
        annotation["bbox"][3] = -i
        annotation["keypoints"][2] = 7
    content["annotations"] *= 2
    (raw / "train.json").write_text(json.dumps(content))
    with pytest.raises(ValidationError) as error:
        ingest("people", source, tmp_path / "tables", progress=False)
    lines = str(error.value).splitlines()
    assert len(lines) <= 24
    assert lines[0] == "people: 400 records break an expectation"
    for reason, count in {
        "picture_missing": 392,
        "box_without_area": 400,
        "visibility_unknown": 400,
        "duplicate_instance": 200,
    }.items():
        assert f"  {reason}: {count}" in lines
    assert "data.datasets.people.on_invalid: drop" in lines[-1]


@pytest.mark.slow
def test_one_corrupt_picture_among_ten_thousand_is_found_named_and_counted(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(raw / "0.jpg")
    for number in range(1, 10_000):
        os.link(raw / "0.jpg", raw / f"{number}.jpg")
    whole = (raw / "0.jpg").read_bytes()
    (raw / "7777.jpg").unlink()
    (raw / "7777.jpg").write_bytes(whole[:-200])
    (raw / "val.json").write_text(json.dumps(coco_content(10_000)))
    split = SplitSource(annotations=raw / "val.json", images=raw)
    source = DatasetSource(layout="coco", skeleton="coco", splits={"val": split})
    with pytest.raises(ValidationError) as error:
        ingest("people", source, tmp_path / "tables", progress=False)
    assert "  picture_unreadable: 1" in str(error.value).splitlines()
    assert "val.json, annotation 7877" in str(error.value)
    assert "7777.jpg" in str(error.value)
    dropping = replace(source, on_invalid="drop")
    val = ingest("people", dropping, tmp_path / "tables", progress=False).splits["val"]
    assert (val.read, val.kept, val.rejected) == (10_000, 9_999, 1)


def test_dropped_records_are_counted_with_their_reasons(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    change(raw, lambda content: (flat_box(content), stray_keypoint(content)))
    (raw / "0.jpg").unlink()
    manifest = ingest(
        "people", replace(source, on_invalid="drop"), tmp_path / "tables", progress=False
    )
    val = manifest.splits["val"]
    assert (val.read, val.kept, val.rejected, val.skipped) == (4, 2, 2, 0)
    assert {(t.reason, t.count, t.examples) for t in val.rejections} == {
        ("picture_missing", 1, ("val.json, annotation 100",)),
        ("box_without_area", 1, ("val.json, annotation 102",)),
        ("keypoint_outside_picture", 1, ("val.json, annotation 102",)),
    }
    table = read_table(tmp_path / "tables" / val.table)
    assert table.column("instance_id").tolist() == ["101", "103"]


def test_a_refused_set_leaves_its_findings_to_look_at(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    change(raw, flat_box)
    folder = tmp_path / "tables"
    with pytest.raises(ValidationError) as error:
        ingest("people", source, folder, progress=False)
    page = refusal_folder(folder) / "data_docs/index.html"
    assert str(page) in str(error.value)
    assert page.is_file()
    assert "annotation 102" in (refusal_folder(folder) / "failures.csv").read_text()
    change(raw, lambda content: None)
    ingest("people", source, folder, progress=False)
    assert not refusal_folder(folder).exists()


def test_a_known_flaw_is_warned_of_and_its_record_stays(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    change(raw, stray_keypoint)
    known = replace(source, warn=("keypoint_outside_picture",))
    val = ingest("people", known, tmp_path / "tables", progress=False).splits["val"]
    assert (val.kept, val.rejected, val.warned) == (4, 0, 1)
    flaws = {flaw.reason: (flaw.count, flaw.examples) for flaw in val.warnings}
    assert flaws["keypoint_outside_picture"] == (1, ("val.json, annotation 102",))
    with pytest.raises(ConfigurationError, match="there is no reason 'keypoint_outsid'"):
        ingest("people", replace(source, warn=("keypoint_outsid",)), tmp_path / "t", progress=False)


def test_only_what_can_be_lowered_is_offered_to_warn(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    change(raw, lambda content: (flat_box(content), stray_keypoint(content)))
    with pytest.raises(ValidationError, match="name keypoint_outside_picture in its warn"):
        ingest("people", source, tmp_path / "tables", progress=False)
    change(raw, flat_box)
    with pytest.raises(ValidationError) as error:
        ingest("people", source, tmp_path / "tables", progress=False)
    assert "warn" not in str(error.value).splitlines()[-1]


def test_cocos_own_flat_box_without_keypoints_stops_nothing(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    def edit(content: Content) -> None:
        content["annotations"][0].update(bbox=[9.98, 8.56, 5.54, 0.0], area=0, keypoints=[0] * 51)

    change(raw, edit)
    val = ingest("people", source, tmp_path / "tables", progress=False).splits["val"]
    assert (val.kept, val.trainable, val.warned) == (4, 3, 1)


def test_a_rejected_record_is_not_counted_as_warned_of(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    change(raw, lambda content: (flat_box(content), stray_keypoint(content)))
    lenient = replace(source, on_invalid="drop", warn=("keypoint_outside_picture",))
    val = ingest("people", lenient, tmp_path / "tables", progress=False).splits["val"]
    assert (val.rejected, val.warned) == (1, 0)


def test_a_replaced_picture_makes_a_crop_store_stale(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    recipe = (Augmentation(), (64, 48))
    ingest("people", source, tmp_path / "tables", progress=False)
    split = read_split(tmp_path / "tables", "train")
    build_crops(split, tmp_path / "crops", *recipe, progress=False)
    ingest("people", source, tmp_path / "tables", progress=False)
    assert why_stale(read_split(tmp_path / "tables", "train"), tmp_path / "crops", *recipe) is None
    Image.new("RGB", (64, 48), "red").save(raw / "2.jpg")
    ingest("people", source, tmp_path / "tables", progress=False)
    stale = why_stale(read_split(tmp_path / "tables", "train"), tmp_path / "crops", *recipe)
    assert "other pictures" in str(stale)


@pytest.mark.parametrize(
    ("published", "reason"),
    [
        (Published(images=5), "images_not_as_published"),
        (Published(instances=3), "instances_not_as_published"),
        (Published(labelled=5), "labelled_not_as_published"),
    ],
)
def test_counts_are_compared_with_the_published_ones(
    source: DatasetSource, tmp_path: Path, published: Published, reason: str
) -> None:
    splits = source.splits | {"val": replace(source.splits["val"], published=published)}
    counted = replace(source, splits=splits)
    with pytest.raises(ValidationError, match=reason):
        ingest("people", counted, tmp_path / "tables", progress=False)
    with pytest.raises(ValidationError, match="counts are wrong"):
        ingest("people", replace(counted, on_invalid="drop"), tmp_path / "tables", progress=False)
    warned = replace(counted, warn=(reason,))
    assert ingest("people", warned, tmp_path / "tables", progress=False).splits["val"].kept == 4


def test_dropping_everything_is_an_error(source: DatasetSource, raw: Path, tmp_path: Path) -> None:
    for i in range(4):
        (raw / f"{i}.jpg").unlink()
    with pytest.raises(ValidationError, match="split train: dropping 4 records leaves nothing"):
        ingest("people", replace(source, on_invalid="drop"), tmp_path / "tables", progress=False)
    assert not (tmp_path / "tables").exists()


def test_cheap_errors_come_before_any_picture_is_decoded(
    source: DatasetSource, raw: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (raw / "val.json").write_text("{")
    with pytest.raises(AnnotationError):
        ingest("people", source, tmp_path / "tables", progress=True)
    assert "pictures" not in capfd.readouterr().err


def test_tables_and_manifest_agree(source: DatasetSource, raw: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    manifest = ingest("people", source, folder, progress=False)
    assert sorted(path.name for path in folder.iterdir()) == [
        "data_docs",
        "failures.csv",
        "manifest.json",
        "train.parquet",
        "train.pictures.parquet",
        "val.parquet",
        "val.pictures.parquet",
        "validation.json",
    ]
    assert read_manifest(folder) == manifest
    assert (manifest.dataset, manifest.skeleton) == ("people", SKELETONS["coco"])
    for name, split in manifest.splits.items():
        table = read_table(folder / split.table)
        assert set(table.column("split")) == {name}
        assert (len(table), int(table.trainable.sum())) == (split.kept, split.trainable) == (4, 4)
        assert split.images == str(raw)
        assert split.table_sha256 == sha256_of(folder / split.table)
        assert split.files_sha256 == {str(raw / f"{name}.json"): sha256_of(raw / f"{name}.json")}


def test_crowds_and_unlabelled_people_stay_as_rows_and_their_pictures_are_decoded(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    def edit(content: Content) -> None:
        content["annotations"][0].update(iscrowd=1, keypoints=[0] * 51)
        content["annotations"][1].update(keypoints=[0] * 51)

    change(raw, edit)
    val = ingest("people", source, tmp_path / "tables", progress=False).splits["val"]
    assert (val.kept, val.trainable, val.pictures) == (4, 2, 4)
    (raw / "0.jpg").unlink()
    with pytest.raises(ValidationError, match="picture_missing"):
        ingest("people", source, tmp_path / "tables", progress=False)


def test_a_size_that_the_layout_does_not_say_comes_from_the_picture(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    change(raw, lambda content: [image.pop("width") for image in content["images"]])
    ingest("people", source, tmp_path / "tables", progress=False)
    table = read_table(tmp_path / "tables/val.parquet")
    assert set(zip(table.column("width"), table.column("height"), strict=True)) == {(64, 48)}


def test_tables_are_current_until_an_input_changes(
    source: DatasetSource, raw: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "tables"
    assert not is_current("people", source, folder)
    ingest("people", source, folder, progress=False)
    assert is_current("people", source, folder)
    assert not is_current("others", source, folder)
    assert not is_current("people", replace(source, on_invalid="drop"), folder)
    change(raw, lambda content: content["annotations"].pop())
    assert not is_current("people", source, folder)
    ingest("people", source, folder, progress=False)
    assert is_current("people", source, folder)
    for name in ("val.parquet", "val.pictures.parquet"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[:100])
        assert not is_current("people", source, folder)
        (folder / name).unlink()
        assert not is_current("people", source, folder)
        (folder / name).write_bytes(whole)
    assert is_current("people", source, folder)
    (raw / "val.json").unlink()
    assert not is_current("people", source, folder)


@pytest.mark.parametrize(
    ("layout", "skeleton", "file", "kept"),
    [
        ("coco", "coco", "coco/test_coco.json", 14),
        ("coco_wholebody", "coco_wholebody", "coco/test_coco_wholebody.json", 14),
        ("coco", "aic", "aic/test_aic.json", 9),
        ("mpii_json", "mpii", "mpii/test_mpii.json", 5),
        ("ap10k", "ap10k", "ap10k/test_ap10k.json", 2),
        ("coco", "coco", "ochuman/test_ochuman.json", 5),
    ],
)
def test_real_records_break_no_expectation(
    layout: Any, skeleton: str, file: str, kept: int, tmp_path: Path
) -> None:
    path = SHARED / "real_mini" / file
    if not path.exists():
        pytest.skip("the real samples are not here")
    split = SplitSource(annotations=path, images=path.parent)
    source = DatasetSource(layout=layout, skeleton=skeleton, splits={"val": split})
    manifest = ingest("real", source, tmp_path / "tables", progress=False)
    assert (manifest.splits["val"].kept, manifest.splits["val"].rejected) == (kept, 0)


def test_official_aic_keeps_the_people_whose_pictures_are_here(tmp_path: Path) -> None:
    path = SHARED / "aic_official/keypoint_annotations_example.json"
    if not path.exists():
        pytest.skip("the real samples are not here")
    split = SplitSource(annotations=path, images=SHARED / "real_mini/aic")
    source = DatasetSource(layout="aic", skeleton="aic", splits={"val": split}, on_invalid="drop")
    val = ingest("aic", source, tmp_path / "tables", progress=False).splits["val"]
    assert (val.read, val.kept, val.pictures) == (2761, 9, 3)
    assert [(t.reason, t.count) for t in val.rejections] == [("picture_missing", 2752)]


def test_a_users_own_set_needs_a_skeleton_file_and_nothing_else(tmp_path: Path) -> None:
    path = SHARED / "real_mini/animalpose/test_animalpose.json"
    if not path.exists():
        pytest.skip("the real samples are not here")
    names = json.loads(path.read_text())["categories"][0]["keypoints"]
    skeleton = {"name": "animalpose", "keypoints": names, "twins": [], "limbs": []}
    (tmp_path / "own.yml").write_text(json.dumps(skeleton | {"sigmas": [0.05] * len(names)}))
    split = SplitSource(annotations=path, images=path.parent)
    source = DatasetSource(
        layout="coco", skeleton=str(tmp_path / "own.yml"), splits={"train": split}
    )
    manifest = ingest("animalpose", source, tmp_path / "tables", progress=False)
    assert manifest.splits["train"].kept == 2
    assert read_manifest(tmp_path / "tables").skeleton.keypoints == tuple(names)


def test_two_data_sets_with_one_picture_folder_do_not_disturb_each_other(
    source: DatasetSource, tmp_path: Path
) -> None:
    first = ingest("a", source, tmp_path / "tables/a", progress=False)
    second = ingest("b", source, tmp_path / "tables/b", progress=False)
    assert read_manifest(tmp_path / "tables/a") == first
    assert read_manifest(tmp_path / "tables/b") == second
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["a", "b"]
