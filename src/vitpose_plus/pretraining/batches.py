"""From splits to batches of views and masks."""

import math
from collections.abc import Sequence

from torch.utils.data import DataLoader

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.crops import InstanceCrops
from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.loading import held_out_loader, training_loader
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
    views = MaskedViews(looks, math.prod(config.grid), seed)
    order = epoch_order(sizes, pretraining.sampling, seed)
    return training_loader(views, collate_views, order, pretraining, world)


def held_out_views(
    config: MAEConfig, pretraining: Pretraining, splits: Sequence[Split], seed: int
) -> MaskedViews:
    """Views as they stand; their masks are the same at each scoring: those of pass 0."""
    kind = InstanceCrops if pretraining.view == "instances" else WholePictures
    return MaskedViews(kind(splits, config.input_size), math.prod(config.grid), seed)


def held_out_batches(views: MaskedViews, pretraining: Pretraining, world: World) -> DataLoader:
    """This process's share of the views."""
    return held_out_loader(views, len(views), collate_views, pretraining, world)
