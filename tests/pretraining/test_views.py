import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from vitpose_plus.datasets.crops import InstanceCrops
from vitpose_plus.pretraining.config import PersonAugmentation
from vitpose_plus.pretraining.views import MaskedViews, collate_views

SIZE, PATCHES = (64, 48), 12


@pytest.fixture
def views(make_split):
    def make(seed=3):
        crops = InstanceCrops([split], SIZE, PersonAugmentation(), seed)
        return MaskedViews(crops, PATCHES, seed)

    split = make_split("coco")
    return make


def test_view_and_mask_depend_on_seed_pass_and_index_alone(views):
    one, same, other = views(), views(), views(seed=4)
    one[0, 0]  # what was asked for before does not count
    for values, again in zip(one[2, 1], same[2, 1], strict=True):
        np.testing.assert_array_equal(values, again)
    for different in (one[3, 1], one[2, 0], other[2, 1]):
        assert not np.array_equal(one[2, 1].noise, different.noise)
        assert not np.array_equal(one[2, 1].picture, different.picture)


def test_noise_is_uniform_so_that_every_patch_is_hidden_as_often(views):
    made = views()
    noise = np.stack([made[number, index].noise for number in range(100) for index in range(6)])
    assert noise.dtype == np.float32 and noise.shape == (600, PATCHES)
    assert noise.min() >= 0 and noise.max() < 1
    hidden = noise.argsort(axis=1).argsort(axis=1) >= PATCHES // 4
    assert np.abs(hidden.mean(axis=0) - 0.75).max() < 4 * np.sqrt(0.75 * 0.25 / 600)


def test_views_know_whose_they_are(make_split):
    crops = InstanceCrops([make_split("coco"), make_split("mpii", 2)], SIZE)
    made = MaskedViews(crops, PATCHES, seed=0)
    batch = collate_views([made[0, index] for index in (1, 6, 7)])
    assert len(made) == 8
    assert batch.picture.shape == (3, *SIZE, 3) and batch.picture.dtype == torch.uint8
    assert batch.noise.shape == (3, PATCHES)
    assert (batch.task.tolist(), batch.row.tolist()) == ([0, 1, 1], [1, 0, 1])


def test_workers_make_the_same_samples(views):
    keys = [(5, index) for index in range(6)]
    alone, others = (
        list(DataLoader(views(), 2, sampler=keys, collate_fn=collate_views, num_workers=n))
        for n in (0, 2)
    )
    for one, other in zip(alone, others, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
