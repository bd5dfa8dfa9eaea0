from dataclasses import replace

import pyarrow as pa
import pytest

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.config import CropEncoding
from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import AnnotationTable, read_table, write_table
from vitpose_plus.engine.config import Launch, Optimisation
from vitpose_plus.geometry.augmentation import SetAugmentation
from vitpose_plus.training.config import Training
from vitpose_plus.training.fingerprint import fingerprint


@pytest.fixture
def split(make_split):
    return make_split("coco")


def test_what_changes_how_and_not_what_is_left_out(split):
    usual = fingerprint([Training()], [split], 0)
    for changes in (
        {"workers": 7, "log_every": 3, "checkpoint_every": 5, "panels": 0, "peak_tflops": 900.0},
        {"launch": Launch(processes=4, restarts=0, strategy="fsdp")},
    ):
        assert fingerprint([Training(**changes)], [split], 0) == usual


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 5},
        {"batch_size": 64},
        {"accumulate": 2},
        {"precision": "32-true"},
        {"optimisation": Optimisation(clip_norm=None)},
    ],
)
def test_another_recipe_is_another_training(split, changes):
    assert fingerprint([Training(**changes)], [split], 0) != fingerprint([Training()], [split], 0)


def changed(split: Split, column: str) -> Split:
    """The same with its last row's value exchanged for the first's."""
    rows = split.table.rows
    values = rows.column(column).to_pylist()
    values[-1] = values[0]
    at = rows.schema.get_field_index(column)
    field = rows.schema.field(at)
    rows = rows.set_column(at, field, pa.array(values, field.type))
    return replace(split, table=AnnotationTable(rows))


def test_other_data_is_another_training(split, make_split):
    usual = fingerprint([Training()], [split, split], 0)
    others = [
        changed(split, "keypoints"),
        changed(split, "file_name"),
        split.without(["3.jpg"]),
        replace(split, pictures_sha256="another"),
        replace(split, augmentation=SetAugmentation(padding=1.5)),
        replace(split, metrics=("pck",)),
        make_split("mpii"),
    ]
    found = {fingerprint([Training()], [one, split], 0) for one in others}
    assert len(found - {usual}) == len(others)
    assert fingerprint([Training()], [split, others[0]], 0) not in found
    assert fingerprint([Training()], [split, split], 1) != usual


def test_where_the_data_lies_does_not_matter(split, tmp_path):
    write_table(split.table, tmp_path / "table.parquet")
    moved = replace(split, images=tmp_path, table=read_table(tmp_path / "table.parquet"))
    assert fingerprint([Training()], [moved], 0) == fingerprint([Training()], [split], 0)


def test_other_weights_to_start_from_are_another_training(split, tmp_path):
    weights = tmp_path / "model"
    weights.mkdir()
    (weights / "model.safetensors").write_bytes(b"one")

    def of(start):
        return fingerprint([Training()], [split], 0, start)

    before, without = of(weights), of(None)
    assert before == of(weights)
    (weights / "model.safetensors").write_bytes(b"two")
    (tmp_path / "file.pth").write_bytes(b"two")
    assert len({before, without, of(weights), of(tmp_path / "file.pth")}) == 4


def test_crops_of_another_quality_are_another_training(split, tmp_path):
    training = Training()
    found = {fingerprint([training], [split], 0), fingerprint([training], [split], 0, None, [None])}
    for quality, shard in ((95, 256), (95, 1), (80, 256)):
        folder = tmp_path / f"{quality}-{shard}"
        encoding = CropEncoding(quality=quality, shard_megabytes=shard)
        build_crops(split, folder, training.augmentation, (64, 48), encoding, progress=False)
        found.add(fingerprint([training], [split], 0, None, [CropStore(folder)]))
    assert len(found) == 4  # in how many files they lie decides nothing
