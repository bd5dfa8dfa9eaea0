"""A whole pretraining as settings: what a worker reads from a file, and what it writes."""

from pathlib import Path

from pydantic import Field, model_validator

from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.pretraining.config import Pretraining
from vitpose_plus.settings import settings
from vitpose_plus.training.job import TrainingSplit


@settings
class PretrainingJob:
    """A training of a masked auto-encoder, complete.

    Attributes:
        model: what learns, as `pretraining.model` makes it.
        pretraining: the recipe.
        train: training splits; where whole pictures are looked at, their crops are not read.
        held_out: what it is scored on.
        folder: `best/` and `last/` models, `history.jsonl`, `reconstructions/` and, meanwhile,
            `checkpoints/`.
        seed: of the weights, the order, the augmentation and the masks.
        progress: show a bar, in a terminal.
    """

    model: MAEConfig
    pretraining: Pretraining
    train: tuple[TrainingSplit, ...] = Field(min_length=1)
    held_out: tuple[TrainingSplit, ...] = Field(min_length=1)
    folder: Path
    seed: int = 0
    progress: bool = True

    @property
    def weights(self) -> tuple[Path, ...]:
        """What every process reads beside the data: nothing, it begins from scratch."""
        return ()

    @model_validator(mode="after")
    def _check(self) -> "PretrainingJob":
        wanted = self.pretraining.model(self.model.size, self.model.input_size)
        if self.model != wanted:
            raise ValueError(f"the recipe is of another model, {wanted}: take pretraining.model()")
        return self


@settings
class Pretrained:
    """What a pretraining left behind.

    Attributes:
        weights: folder of the auto-encoder after the last epoch: `training.start.weights`.
        best: folder of the one with the lowest held-out loss.
        best_epoch: counted from 0.
        score: the lowest held-out loss, negated: the higher, the better.
        seconds: of training and scoring, interruptions left out.
    """

    weights: Path
    best: Path
    best_epoch: int
    score: float
    seconds: float
