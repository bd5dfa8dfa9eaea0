"""From splits to batches: what the trainer loops over."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.crops import InstanceCrops, collate_crops
from vitpose_plus.datasets.encoded_crops import EncodedCrops, collate_encoded
from vitpose_plus.datasets.split import Split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import ViTPoseConfig
from vitpose_plus.training.config import Training
from vitpose_plus.training.sampling import EpochSampler


def training_batches(
    config: ViTPoseConfig,
    training: Training,
    splits: Sequence[Split],
    seed: int,
    stores: Sequence[CropStore | None] = (),
) -> DataLoader:
    """Augmented instances of all splits in a new order each epoch.

    Args:
        config: the model's, for its input size.
        training: the recipe.
        splits: what to read.
        seed: of the order and the augmentation.
        stores: each split's crops, or None to read its pictures; empty: pictures everywhere.

    Raises:
        ConfigurationError: the device is to decode, and a split has no crop store.
    """
    recipe = splits, config.input_size, training.augmentation, seed
    if training.decode == "loader":
        crops = InstanceCrops(*recipe, stores)
        return _loader(crops, EpochSampler(len(crops), seed), collate_crops, training)
    own = [store for store in stores if store is not None]
    if len(own) < len(splits):
        raise ConfigurationError(
            "training.decode: device reads crop stores, and not every training set has one: "
            "build them, or set training.decode: loader"
        )
    coded = EncodedCrops(*recipe, own)
    return _loader(coded, EpochSampler(len(coded), seed), collate_encoded, training)


def held_out_batches(
    config: ViTPoseConfig, training: Training, splits: Sequence[Split]
) -> DataLoader:
    """Instances as they stand, in their order, from the pictures."""
    crops = InstanceCrops(splits, config.input_size)
    order = [(0, index) for index in range(len(crops))]
    return _loader(crops, order, collate_crops, training)


def _loader(
    crops: Dataset, order: Iterable[tuple[int, int]], collate: Callable, training: Training
) -> DataLoader:
    return DataLoader(
        crops,
        training.batch_size,
        sampler=order,
        collate_fn=collate,
        num_workers=training.workers,
        persistent_workers=training.workers > 0,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_use_one_thread,
    )


def _use_one_thread(worker: Any) -> None:
    """A worker a core: OpenCV's own threads would only get in each other's way."""
    import cv2

    cv2.setNumThreads(0)
