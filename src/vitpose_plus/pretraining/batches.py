"""From splits to batches of views and masks."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.crops import InstanceCrops
from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.batches import GlobalBatches
from vitpose_plus.engine.world import World
from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.pretraining.config import Pretraining
from vitpose_plus.pretraining.views import MaskedViews, collate_views
from vitpose_plus.pretraining.whole_pictures import WholePictures
from vitpose_plus.training.sampling import epoch_order


def training_batches(
    config: MAEConfig,
    pretraining: Pretraining,
    splits: Sequence[Split],
    seed: int,
    world: World,
    stores: Sequence[CropStore | None] = (),
) -> DataLoader:
    """Augmented views of all splits, an epoch at a time; this process's parts of the batches.

    Args:
        config: the model's, for its input size.
        pretraining: the recipe.
        splits: what to read.
        seed: of the order, the augmentation and the masks.
        world: this process among all.
        stores: each split's crops, or None to read its pictures; empty: pictures everywhere.
            Views of whole pictures read none.
    """
    looks: InstanceCrops | WholePictures
    if pretraining.view == "instances":
        recipe = splits, config.input_size, pretraining.augmentation, seed
        looks = InstanceCrops(*recipe, stores)
        sizes = [len(rows) for rows in looks.views.rows]
    else:
        looks = WholePictures(splits, config.input_size, pretraining.part, seed)
        sizes = [len(firsts) for firsts in looks.firsts]
    batches = GlobalBatches(
        epoch_order(sizes, pretraining.sampling, seed),
        pretraining.batch_size,
        world_size=world.size,
        rank=world.rank,
        accumulate=pretraining.accumulate,
    )
    views = MaskedViews(looks, math.prod(config.grid), seed)
    return _loader(views, pretraining, batch_sampler=batches)


def held_out_views(
    config: MAEConfig, pretraining: Pretraining, splits: Sequence[Split], seed: int
) -> MaskedViews:
    """Views as they stand; their masks are the same at each scoring: those of pass 0."""
    kind = InstanceCrops if pretraining.view == "instances" else WholePictures
    return MaskedViews(kind(splits, config.input_size), math.prod(config.grid), seed)


def held_out_batches(views: MaskedViews, pretraining: Pretraining, world: World) -> DataLoader:
    """This process's share of the views.

    Every process gets equally many batches, for a sharded model computes on all of them at once:
    where the views do not divide, the first ones come again, at the end.
    """
    share = -(-len(views) // world.size)
    own = [(0, index % len(views)) for index in range(world.rank, share * world.size, world.size)]
    size = pretraining.batch_size // (world.size * pretraining.accumulate)
    return _loader(views, pretraining, sampler=own, batch_size=size)


def _loader(views: MaskedViews, pretraining: Pretraining, **order: Any) -> DataLoader:
    return DataLoader(
        views,
        collate_fn=collate_views,
        num_workers=pretraining.workers,
        persistent_workers=pretraining.workers > 0,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_use_one_thread,
        **order,
    )


def _use_one_thread(worker: Any) -> None:
    """A worker a core: OpenCV's own threads would only get in each other's way."""
    import cv2

    cv2.setNumThreads(0)
