"""A whole training as settings: what a worker reads from a file, and what it writes to another."""

from pathlib import Path

from vitpose_plus.datasets.crop_store.store import CropStore, open_crops
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.geometry import Augmentation
from vitpose_plus.models import ViTPoseConfig
from vitpose_plus.settings import settings
from vitpose_plus.training.config import Training


@settings
class TrainingSplit:
    """A split by its address.

    Attributes:
        tables: the folder that `ingest` wrote.
        split: its name there.
        excluded: file names of pictures that are left out.
        crops: its crop store; None, its pictures are read.
    """

    tables: Path
    split: str
    excluded: tuple[str, ...] = ()
    crops: Path | None = None


@settings
class PoseJob:
    """A training of poses, complete.

    Attributes:
        model: what learns; its tasks are the splits', in the same order.
        training: the recipe.
        train: training splits.
        held_out: what "best" is judged by.
        folder: `best/` and `last/` models, `history.jsonl` and, meanwhile, `checkpoints/`.
        seed: of the weights, the order and the augmentation.
        progress: show a bar, in a terminal.
    """

    model: ViTPoseConfig
    training: Training
    train: tuple[TrainingSplit, ...]
    held_out: tuple[TrainingSplit, ...]
    folder: Path
    seed: int = 0
    progress: bool = True

    @property
    def weights(self) -> tuple[Path, ...]:
        """What every process reads beside the data."""
        return self.training.weights


@settings
class Fitted:
    """What a training left behind.

    Attributes:
        best: folder of the model with the highest validation score.
        last: folder of the model after the last epoch.
        best_epoch: counted from 0.
        best_score: mean of the tasks' main figures on the held-out pictures, without flip.
        seconds: of training and validation, interruptions left out.
    """

    best: Path
    last: Path
    best_epoch: int
    best_score: float
    seconds: float


def open_split(address: TrainingSplit) -> Split:
    """The split, without its excluded pictures.

    Raises:
        AnnotationError: it was not ingested.
        ConfigurationError: there is no such split, or nothing of it is left to train on.
    """
    split = read_split(address.tables, address.split)
    if not address.excluded:
        return split
    kept = split.without(address.excluded)
    if not kept.table.trainable.any():
        raise ConfigurationError(
            f"{split.name} {address.split}: all its pictures are excluded; train on others"
        )
    return kept


def open_store(
    address: TrainingSplit, augmentation: Augmentation, input_size: tuple[int, int]
) -> CropStore | None:
    """The split's crops, fit for a training; None where its pictures are to be read.

    Raises:
        CropStoreError: there is none, or it is damaged or stale.
    """
    if address.crops is None:
        return None
    return open_crops(open_split(address), address.crops, augmentation, input_size)
