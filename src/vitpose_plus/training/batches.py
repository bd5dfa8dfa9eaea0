"""From splits to batches: what the loop goes over."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.datasets.encoded_crops import EncodedCrops, collate_encoded
from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.batches import GlobalBatches
from vitpose_plus.engine.world import World
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import ViTPoseConfig
from vitpose_plus.training.config import Training
from vitpose_plus.training.sampling import epoch_order


def training_batches(
    config: ViTPoseConfig,
    training: Training,
    splits: Sequence[Split],
    seed: int,
    world: World,
    stores: Sequence[CropStore | None] = (),
) -> DataLoader:
    """Augmented instances of all splits, an epoch at a time; this process's parts of the batches.

    Args:
        config: the model's, for its input size.
        training: the recipe.
        splits: what to read.
        seed: of the order and the augmentation.
        world: this process among all.
        stores: each split's crops, or None to read its pictures; empty: pictures everywhere.

    Raises:
        ConfigurationError: the device is to decode, and a split has no crop store.
    """
    crops, collate = _augmented(config, training, splits, seed, stores)
    sizes = [len(rows) for rows in crops.views.rows]
    batches = GlobalBatches(
        epoch_order(sizes, training.sampling, seed),
        training.batch_size,
        world_size=world.size,
        rank=world.rank,
        accumulate=training.accumulate,
    )
    return _loader(crops, collate, training, batch_sampler=batches)


def held_out_batches(
    config: ViTPoseConfig, training: Training, splits: Sequence[Split], world: World
) -> DataLoader:
    """This process's share of the instances as they stand, from the pictures.

    Every process gets equally many batches, for a sharded model computes on all of them at once:
    where the instances do not divide, the first ones are another process's too.
    """
    crops = InstanceCrops(splits, config.input_size)
    share = -(-len(crops) // world.size)
    own = [(0, index % len(crops)) for index in range(world.rank, share * world.size, world.size)]
    size = training.batch_size // (world.size * training.accumulate)
    return _loader(crops, collate_crops, training, sampler=own, batch_size=size)


def _augmented(
    config: ViTPoseConfig,
    training: Training,
    splits: Sequence[Split],
    seed: int,
    stores: Sequence[CropStore | None],
) -> tuple[InstanceCrops | EncodedCrops, Callable]:
    """The instances, decoded by the loader or left to the device, and what collates them."""
    recipe = splits, config.input_size, training.augmentation, seed
    if training.decode == "loader":
        return InstanceCrops(*recipe, stores), collate_crops
    own = [store for store in stores if store is not None]
    if len(own) < len(splits):
        raise ConfigurationError(
            "training.decode: device reads crop stores, and not every training set has one: "
            "build them, or set training.decode: loader"
        )
    return EncodedCrops(*recipe, own), collate_encoded


def _loader(crops: Dataset, collate: Callable, training: Training, **order: Any) -> DataLoader:
    return DataLoader(
        crops,
        collate_fn=collate,
        num_workers=training.workers,
        persistent_workers=training.workers > 0,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_use_one_thread,
        **order,
    )


def _use_one_thread(worker: Any) -> None:
    """A worker a core: OpenCV's own threads would only get in each other's way."""
    import cv2

    cv2.setNumThreads(0)
