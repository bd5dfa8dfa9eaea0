"""Node: build the crop stores that trainings read."""

import logging
from dataclasses import dataclass

from pipelines.parameters import Data, Model
from pipelines.splits import crop_folder, training_splits
from vitpose_plus.distillation.config import Distillation
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.geometry.augmentation import Augmentation, widest
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.pretraining.config import Pretraining
from vitpose_plus.training.config import Training

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Room:
    """What crops must have room for: one store of a data set serves every pipeline.

    Attributes:
        augmentation: strays at least as far as each recipe's.
        input_size: (height, width) of the largest network's input.
    """

    augmentation: Augmentation
    input_size: InputSize


def room_for_all(
    model: Model,
    student: Model,
    training: Training,
    student_training: Training,
    pretraining: Pretraining,
    distillation: Distillation,
) -> Room:
    """Of everything that the configuration may train.

    Raises:
        ConfigurationError: the two networks' inputs differ in shape.
    """
    (rows, columns), (others, other_columns) = model.input_size, student.input_size
    if rows * other_columns != others * columns:
        raise ConfigurationError(
            f"model.input_size {model.input_size} and student.input_size {student.input_size} "
            "differ in shape, and one crop store serves both: give them one aspect ratio"
        )
    recipes = (training, student_training, pretraining, distillation.token)
    augmentation = widest([recipe.augmentation for recipe in recipes])
    return Room(augmentation, max(model.input_size, student.input_size))


def cut_crops(data: Data, tasks: tuple[str, ...], room: Room) -> bool:
    """Build the stores of these data sets' training splits that are missing or stale.

    Returns:
        Whether there are stores. (Kedro orders the next node by it.)
    """
    if data.crops is None:
        return False
    from vitpose_plus.datasets.crop_store.build import build_crops
    from vitpose_plus.datasets.crop_store.store import why_stale
    from vitpose_plus.training.job import open_split

    for address in training_splits(data, tasks, crops=False):
        split = open_split(address)
        folder = crop_folder(data.crops, split.name)
        wanted = (split, folder, room.augmentation, room.input_size, data.crops.encoding)
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


def cut_crops_after(data: Data, tasks: tuple[str, ...], room: Room, leaks: bool) -> bool:
    """The same, once it is known which pictures leak."""
    return cut_crops(data, tasks, room)
