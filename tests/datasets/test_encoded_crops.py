import numpy as np
import pytest
import torch

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import open_crops
from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.datasets.encoded_crops import EncodedCrops, collate_encoded
from vitpose_plus.geometry import Augmentation

SIZE = (64, 48)


@pytest.fixture
def both(make_split, tmp_path):
    """The same samples, decoded by the loader and by the device."""
    splits = [make_split("coco"), make_split("mpii")]
    for split in splits:
        build_crops(split, tmp_path / "crops" / split.name, Augmentation(), SIZE, progress=False)
    stores = [
        open_crops(split, tmp_path / "crops" / split.name, Augmentation(), SIZE) for split in splits
    ]
    recipe = splits, SIZE, Augmentation(), 4
    return InstanceCrops(*recipe, stores), EncodedCrops(*recipe, stores)


def test_a_device_s_batch_is_the_loader_s_within_one_grey_level(both):
    crops, encoded = both
    assert len(crops) == len(encoded) == 12
    keys = [(2, index) for index in range(12)]
    expected = collate_crops([crops[key] for key in keys])
    found = collate_encoded([encoded[key] for key in keys]).decode(SIZE, torch.device("cpu"))
    assert found.picture.shape == expected.picture.shape
    assert found.picture.dtype == expected.picture.dtype
    assert (found.picture.int() - expected.picture.int()).abs().max() <= 1
    for one, other in zip(found[1:], expected[1:], strict=True):
        assert torch.equal(one, other)


def test_a_batch_leaves_its_worker_in_few_pieces(both):
    _, encoded = both
    batch = collate_encoded([encoded[0, index] for index in range(12)])
    pieces = [batch.jpegs, batch.lengths, batch.warps, *batch.labels]
    assert len(pieces) == 8
    assert int(batch.lengths.sum()) == len(batch.jpegs)
    assert np.array_equal(batch.jpegs[: batch.lengths[0]], encoded[0, 0].jpeg)
