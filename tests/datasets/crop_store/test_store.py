import pickle
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from torch.utils.data import DataLoader

from vitpose_plus.datasets.crop_store import manifest as manifests
from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.config import CropEncoding
from vitpose_plus.datasets.crop_store.store import CropStore, open_crops, why_stale
from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import CropStoreError
from vitpose_plus.geometry import Augmentation, SetAugmentation

SIZE = (64, 48)
USUAL = Augmentation()


@pytest.fixture
def stored(make_crowd, tmp_path):
    """A split and the folder of its store."""
    split = make_crowd()
    build_crops(split, tmp_path / "crops", USUAL, SIZE, progress=False)
    return split, tmp_path / "crops"


def moved_by_a_pixel(split):
    rows = split.table.rows
    place = rows.schema.get_field_index("bbox")
    field = rows.schema.field(place)
    boxes = [[box[0] + 1, *box[1:]] for box in rows.column("bbox").to_pylist()]
    changed = rows.set_column(place, field, [pa.array(boxes, field.type)])
    return replace(split, table=AnnotationTable(changed))


def test_a_fresh_store_serves(stored):
    split, folder = stored
    assert why_stale(split, folder, USUAL, SIZE, CropEncoding()) is None
    assert len(open_crops(split, folder, USUAL, SIZE)) == len(split.table)


def test_a_store_of_other_rows_is_stale(stored):
    split, folder = stored
    assert "another annotation table" in why_stale(moved_by_a_pixel(split), folder, USUAL, SIZE)
    fewer = replace(split, table=split.table.take(range(5)))
    with pytest.raises(CropStoreError, match="another annotation table"):
        open_crops(fewer, folder, USUAL, SIZE)


def test_a_recipe_that_needs_more_makes_it_stale(stored):
    split, folder = stored
    wider = Augmentation(scale=0.7)
    assert "widest view: 2.125, not 1.875" in why_stale(split, folder, wider, SIZE)
    assert "input size: 128, not 64" in why_stale(split, folder, USUAL, (128, 96))
    other = replace(split, augmentation=SetAugmentation(half_body_keypoints=6))
    assert "half bodies" in why_stale(other, folder, USUAL, SIZE)
    assert why_stale(split, folder, Augmentation(scale=0.3, half_body=0), SIZE) is None


def test_a_store_of_another_quality_is_stale_for_whoever_asks_for_one(stored):
    split, folder = stored
    assert "quality=95" in why_stale(split, folder, USUAL, SIZE, CropEncoding(quality=90))


def test_a_store_of_another_version_is_stale(stored, monkeypatch):
    split, folder = stored
    monkeypatch.setattr(manifests, "STORE_VERSION", 2)
    assert "of version 1, not 2" in why_stale(split, folder, USUAL, SIZE)


def test_a_missing_store_is_named(stored, tmp_path):
    split, _ = stored
    assert str(tmp_path / "none") in why_stale(split, tmp_path / "none", USUAL, SIZE)
    with pytest.raises(CropStoreError, match=r"none/manifest\.json: no such file"):
        open_crops(split, tmp_path / "none", USUAL, SIZE)


def test_a_cut_off_or_missing_file_is_named(stored):
    split, folder = stored
    file = folder / "crops-00000.arrow"
    content = file.read_bytes()
    file.write_bytes(content[:-10])
    assert f"{file}: {len(content) - 10} bytes" in why_stale(split, folder, USUAL, SIZE)
    file.unlink()
    with pytest.raises(CropStoreError, match=r"crops-00000\.arrow: 0 bytes"):
        CropStore(folder)


def test_a_damaged_file_is_named(stored):
    _, folder = stored
    file = folder / "crops-00000.arrow"
    file.write_bytes(b"x" * file.stat().st_size)
    with pytest.raises(CropStoreError, match=r"crops-00000\.arrow: .*damaged"):
        CropStore(folder)[0]


def test_an_open_store_travels_as_its_address(stored):
    split, folder = stored
    store = open_crops(split, folder, USUAL, SIZE)
    first = store[3]
    assert len(pickle.dumps(store)) < 2000
    again = pickle.loads(pickle.dumps(store))[3]
    assert np.array_equal(first.jpeg, again.jpeg)


def test_crops_can_be_read_without_their_split(stored):
    """As MAE pretraining does: pixels, and where the person is in them."""
    _, folder = stored
    store = CropStore(folder)
    for row in range(len(store)):
        assert store[row].decode().ndim == 3
        assert store[row].row == row


@pytest.mark.parametrize("start", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_workers_read_what_this_process_reads(stored, start):
    split, folder = stored
    crops = InstanceCrops([split], SIZE, USUAL, 0, [open_crops(split, folder, USUAL, SIZE)])
    here = [crops[0, i].picture for i in range(len(crops))]
    order = [(0, i) for i in range(len(crops))]
    loader = DataLoader(
        crops,
        5,
        sampler=order,
        collate_fn=collate_crops,
        num_workers=2,
        multiprocessing_context=start,
    )
    there = np.concatenate([batch.picture.numpy() for batch in loader])
    assert np.array_equal(there, np.stack(here))
