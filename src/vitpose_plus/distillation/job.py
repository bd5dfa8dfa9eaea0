"""Both phases as settings: what a worker reads from a file, and what it writes to another."""

from pathlib import Path

from vitpose_plus.distillation.config import Distillation
from vitpose_plus.distillation.token import HeldOut
from vitpose_plus.models import ViTPoseConfig
from vitpose_plus.settings import settings
from vitpose_plus.training.config import Training
from vitpose_plus.training.job import TrainingSplit


@settings
class TokenJob:
    """Phase 1, complete.

    Attributes:
        student: whose tasks and input size the token is learned for.
        distillation: the teacher and the recipe.
        train: training splits, in the order of the student's tasks.
        held_out: what "best" is judged by, in the same order.
        folder: `best/` and `last/` tokens, `history.jsonl` and, meanwhile, `checkpoints/`.
        seed: of the token's start, the order and the augmentation.
        progress: show a bar, in a terminal.
    """

    student: ViTPoseConfig
    distillation: Distillation
    train: tuple[TrainingSplit, ...]
    held_out: tuple[TrainingSplit, ...]
    folder: Path
    seed: int = 0
    progress: bool = True

    @property
    def weights(self) -> tuple[Path, ...]:
        """What every process reads beside the data."""
        return (self.distillation.teacher,)


@settings
class FittedToken:
    """What phase 1 left behind.

    Attributes:
        token: folder of the token with the lowest held-out loss, `best/`.
        last: folder of the token after the last epoch.
        best_epoch: counted from 0.
        held_out: what the best is worth to its teacher.
        seconds: of training and validation, interruptions left out.
    """

    token: Path
    last: Path
    best_epoch: int
    held_out: HeldOut
    seconds: float


@settings
class StudentJob:
    """Phase 2, complete: a training of poses with a teacher.

    Attributes:
        student: what learns; its tasks are the splits', in the same order.
        training: the recipe.
        distillation: the teacher, and what is taken from it.
        token: folder of the token from phase 1, where the loss wants one.
        train: training splits.
        held_out: what "best" is judged by.
        folder: `best/` and `last/` students, `history.jsonl` and, meanwhile, `checkpoints/`.
        seed: of the weights, the order and the augmentation.
        progress: show a bar, in a terminal.
    """

    student: ViTPoseConfig
    training: Training
    distillation: Distillation
    token: Path | None = None
    train: tuple[TrainingSplit, ...]
    held_out: tuple[TrainingSplit, ...]
    folder: Path
    seed: int = 0
    progress: bool = True

    @property
    def weights(self) -> tuple[Path, ...]:
        """What every process reads beside the data."""
        taught = self.distillation
        teacher = (taught.teacher,) if taught.uses_token or taught.uses_heatmaps else ()
        token = (self.token,) if self.token is not None else ()
        return (*self.training.weights, *teacher, *token)
