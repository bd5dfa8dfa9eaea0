from dataclasses import replace

import pytest
import torch

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import open_crops
from vitpose_plus.datasets.encoded_crops import EncodedBatch
from vitpose_plus.engine.world import World
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.training.batches import held_out_batches, training_batches
from vitpose_plus.training.config import Sampling, Training

SIZE = (64, 48)


@pytest.fixture
def setting(make_split, tmp_path):
    """Two splits, their stores, a model's configuration and a recipe."""
    splits = [make_split("coco"), make_split("mpii")]
    training = Training(batch_size=4, workers=0)
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
    batches = list(training_batches(config, training, splits, 0, World()))
    seen = [place for batch in rows(batches) for place in batch]
    assert sorted(seen) == [(task, row) for task in (0, 1) for row in range(6)]
    assert seen != sorted(seen)


def test_a_store_and_a_picture_may_stand_side_by_side(setting):
    splits, stores, config, training = setting
    plain, mixed = (
        list(training_batches(config, training, splits, 0, World(), given))
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
    loaded = training_batches(config, training, splits, 0, World(), stores)
    coded = training_batches(config, on_device, splits, 0, World(), stores)
    for one, other in zip(loaded, coded, strict=True):
        assert isinstance(other, EncodedBatch)
        decoded = other.decode(SIZE, torch.device("cpu"))
        assert torch.equal(one.row, decoded.row)
        assert (one.picture.int() - decoded.picture.int()).abs().max() <= 1


def test_a_device_has_nothing_to_decode_without_a_store_each(setting):
    splits, stores, config, training = setting
    with pytest.raises(ConfigurationError, match="not every training set has one"):
        training_batches(
            config, replace(training, decode="device"), splits, 0, World(), [stores[0], None]
        )


def test_held_out_instances_come_unaugmented_in_their_order(setting):
    splits, _, config, training = setting
    batches = list(held_out_batches(config, training, splits, World()))
    assert torch.cat([batch.row for batch in batches]).tolist() == [*range(6), *range(6)]
    matrices = torch.cat([batch.matrix for batch in batches])
    assert (matrices == matrices[0]).all()  # every box is the same


def rows(batches):
    """The (task, row) pairs of some batches, batch by batch."""
    return [list(zip(b.task.tolist(), b.row.tolist(), strict=True)) for b in batches]


def test_the_last_batch_is_filled_up_from_the_epochs_beginning(setting):
    splits, _, config, training = setting
    batches = rows(training_batches(config, replace(training, batch_size=9), splits, 0, World()))
    assert [len(batch) for batch in batches] == [9, 9]
    assert batches[1][3:] == batches[0][:6]


def test_sets_share_an_epoch_as_they_are_told_to(setting):
    splits, _, config, training = setting
    few = [splits[0], replace(splits[1], table=splits[1].table.take([0, 1]))]
    balanced = replace(training, sampling=Sampling(kind="balanced"))
    loader = training_batches(config, balanced, few, 0, World())
    tasks = torch.cat([batch.task for batch in loader])
    assert tasks.tolist().count(1) == 4


@pytest.mark.parametrize("workers", [0, 1])
def test_processes_and_workers_make_the_batches_of_one(setting, workers):
    splits, _, config, training = setting
    alone = training_batches(config, training, splits, 0, World())
    parted = replace(training, workers=workers, accumulate=2)
    shares = [training_batches(config, parted, splits, 0, World(rank, 2)) for rank in (0, 1)]
    for loader in (alone, *shares):
        loader.batch_sampler.begin(1)
    batches = [list(share) for share in shares]
    for step, whole in enumerate(alone):
        parts = [part for each in batches for part in each[2 * step : 2 * step + 2]]
        assert [len(part.row) for part in parts] == [1, 1, 1, 1]
        found = {
            (int(part.task[i]), int(part.row[i])): part.picture[i]
            for part in parts
            for i in range(len(part.row))
        }
        for i, place in enumerate(rows([whole])[0]):
            assert torch.equal(found[place], whole.picture[i])


def test_held_out_instances_are_shared_out_in_equally_many_batches(setting):
    splits, _, config, training = setting
    shares = [
        rows(held_out_batches(config, replace(training, batch_size=10), splits, World(rank, 5)))
        for rank in range(5)
    ]
    assert [[len(batch) for batch in share] for share in shares] == [[2, 1]] * 5
    seen = [place for share in shares for batch in share for place in batch]
    assert set(seen) == {(task, row) for task in (0, 1) for row in range(6)}
    assert len(seen) == 15  # twelve, and the first three again
