"""Node: build the crop stores that a training reads."""

import logging

from pipelines.parameters import Data, Experiment, Model
from pipelines.splits import crop_folder, read_training_splits
from vitpose_plus.training.config import Training

log = logging.getLogger(__name__)


def cut_crops(data: Data, experiment: Experiment, model: Model, training: Training) -> bool:
    """Build the stores of an experiment's training splits that are missing or stale.

    Returns:
        Whether there are stores. (Kedro orders the next node by it.)
    """
    if data.crops is None:
        return False
    from vitpose_plus.datasets.crop_store.build import build_crops
    from vitpose_plus.datasets.crop_store.store import why_stale

    encoding = data.crops.encoding
    for split in read_training_splits(data, experiment):
        folder = crop_folder(data.crops, split)
        wanted = (split, folder, training.augmentation, model.input_size, encoding)
        if (reason := why_stale(*wanted)) is None:
            log.info("%s: the crops in %s are current", split.name, folder)
            continue
        log.info("%s: crops are cut first: %s", split.name, reason)
        built = build_crops(*wanted)
        size = sum(shard.size for shard in built.shards) / 2**20
        log.info(
            "%s: %d crops of %d pictures, %.0f MiB in %s",
            *(split.name, built.crops, built.pictures, size, folder),
        )
    return True


def cut_crops_after(
    data: Data, experiment: Experiment, model: Model, training: Training, leaks: bool
) -> bool:
    """The same, once it is known which pictures leak."""
    return cut_crops(data, experiment, model, training)
