"""From splits to batches: what the loop goes over."""

from collections.abc import Callable, Sequence

from torch.utils.data import DataLoader

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.datasets.encoded_crops import EncodedCrops, collate_encoded
from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.loading import held_out_loader, training_loader
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
    order = epoch_order(sizes, training.sampling, seed)
    return training_loader(crops, collate, order, training, world)


def held_out_batches(
    config: ViTPoseConfig, training: Training, splits: Sequence[Split], world: World
) -> DataLoader:
    """This process's share of the instances as they stand, from the pictures."""
    crops = InstanceCrops(splits, config.input_size)
    return held_out_loader(crops, len(crops), collate_crops, training, world)


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
