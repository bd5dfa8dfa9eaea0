from dataclasses import replace

import cv2
import pytest
import torch

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import open_crops
from vitpose_plus.datasets.encoded_crops import EncodedBatch
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.training.batches import _use_one_thread, held_out_batches, training_batches
from vitpose_plus.training.config import Training

SIZE = (64, 48)


@pytest.fixture
def setting(make_split, tmp_path):
    """Two splits, their stores, a model's configuration and a recipe."""
    splits = [make_split("coco"), make_split("mpii")]
    training = Training(batch_size=5, workers=0)
    stores = []
    for split in splits:
        folder = tmp_path / "crops" / split.name
        build_crops(split, folder, training.augmentation, SIZE, progress=False)
        stores.append(open_crops(split, folder, training.augmentation, SIZE))
    tasks = tuple(Task(name=split.name, skeleton=split.skeleton) for split in splits)
    config = ViTPoseConfig(size="tiny", input_size=SIZE, ffn="partially_shared", tasks=tasks)
    return splits, stores, config, training


def test_an_epoch_has_every_instance_once_in_a_mixed_order(setting):
    splits, _, config, training = setting
    batches = list(training_batches(config, training, splits, seed=0))
    rows = [pair for b in batches for pair in zip(b.task.tolist(), b.row.tolist(), strict=True)]
    assert sorted(rows) == [(task, row) for task in (0, 1) for row in range(6)]
    assert rows != sorted(rows)


def test_a_store_and_a_picture_may_stand_side_by_side(setting):
    splits, stores, config, training = setting
    plain, mixed = (
        list(training_batches(config, training, splits, 0, given))
        for given in ((), (None, stores[1]))
    )
    for one, other in zip(plain, mixed, strict=True):
        pictures = one.task == 0
        assert torch.equal(one.picture[pictures], other.picture[pictures])
        assert not torch.equal(one.picture[~pictures], other.picture[~pictures])
        assert torch.equal(one.keypoints, other.keypoints)


def test_what_the_device_is_to_decode_leaves_the_loader_coded(setting):
    splits, stores, config, training = setting
    on_device = replace(training, decode="device")
    loaded = training_batches(config, training, splits, 0, stores)
    coded = training_batches(config, on_device, splits, 0, stores)
    for one, other in zip(loaded, coded, strict=True):
        assert isinstance(other, EncodedBatch)
        decoded = other.decode(SIZE, torch.device("cpu"))
        assert torch.equal(one.row, decoded.row)
        assert (one.picture.int() - decoded.picture.int()).abs().max() <= 1


def test_a_device_has_nothing_to_decode_without_a_store_each(setting):
    splits, stores, config, training = setting
    with pytest.raises(ConfigurationError, match="not every training set has one"):
        training_batches(config, replace(training, decode="device"), splits, 0, [stores[0], None])


def test_held_out_instances_come_unaugmented_in_their_order(setting):
    splits, _, config, training = setting
    batches = list(held_out_batches(config, training, splits))
    assert torch.cat([batch.row for batch in batches]).tolist() == [*range(6), *range(6)]
    matrices = torch.cat([batch.matrix for batch in batches])
    assert (matrices == matrices[0]).all()  # every box is the same


def test_a_worker_leaves_the_other_cores_alone():
    threads = cv2.getNumThreads()
    try:
        _use_one_thread(0)
        assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(threads)
