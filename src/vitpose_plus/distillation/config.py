"""How a student learns from a teacher. The defaults are ours: the paper gives no recipe for it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from vitpose_plus.engine.config import Optimisation
from vitpose_plus.settings import settings
from vitpose_plus.training.config import Freeze, Training

DistillationLoss = Literal["none", "token", "output", "token_output"]


@settings
class TokenTraining(Training):
    """Phase 1: a few epochs of the token alone, on a teacher that stays as it is.

    Its keys are `Training`'s. `start` and `freeze` have no meaning here: the token starts small
    and random, and all else is frozen. The token is in no layer and is not decayed.
    """

    epochs: int = Field(default=5, ge=1)
    optimisation: Optimisation = Optimisation(learning_rate=1e-2, schedule="cosine")

    @model_validator(mode="after")
    def _check_whole(self) -> "TokenTraining":
        if self.start is not None or self.freeze != Freeze():
            raise ValueError("a token's training has no start and no freeze: leave both out")
        return self


@settings
class Distillation:
    """A teacher, and what a student takes from it (ViTPose, section 3.4).

    Attributes:
        teacher: a folder of ours or of transformers, or an official file.
        teacher_heads: attention heads it was trained with, where its format is silent.
        teacher_tasks: the data sets of its decoders in order, where it does not tell.
        loss: none, the student alone, to compare with; token, the teacher's token stands frozen
            among the student's; output, the teacher's heatmaps are a second target; token_output,
            both.
        tokens: how many are learned.
        token: how they are learned.
    """

    teacher: Path
    teacher_heads: int | None = None
    teacher_tasks: tuple[str, ...] | None = None
    loss: DistillationLoss = "token_output"
    tokens: int = Field(default=1, ge=1)
    token: TokenTraining = TokenTraining()

    @property
    def uses_token(self) -> bool:
        """Whether the student gets the teacher's token: only then is phase 1 wanted."""
        return self.loss in ("token", "token_output")

    @property
    def uses_heatmaps(self) -> bool:
        """Whether the teacher draws heatmaps while the student learns."""
        return self.loss in ("output", "token_output")
