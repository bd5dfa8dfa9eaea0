"""How a student learns from a teacher. The defaults are ours: the paper gives no recipe for it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from vitpose_plus.engine.config import Optimisation
from vitpose_plus.settings import settings
from vitpose_plus.training.config import Freeze, Training

DistillationLoss = Literal["none", "token", "output", "token_output"]


@settings
class TokenOptimisation(Optimisation):
    """AdamW for a token alone: see `Optimisation`.

    A token is in no layer and, as positions are, not decayed.
    """

    learning_rate: float = Field(default=1e-2, gt=0)
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    weight_decay: float = Field(default=0.0, ge=0)
    schedule: Literal["steps", "cosine"] = "cosine"

    @model_validator(mode="after")
    def _check(self) -> "TokenOptimisation":
        if self.layer_decay != 1 or self.weight_decay:
            raise ValueError(
                "a token is in no layer and is not decayed: leave layer_decay and weight_decay out"
            )
        return self


@settings
class TokenTraining(Training):
    """Phase 1: a few epochs of the token alone, on a teacher that stays as it is.

    Its keys are `Training`'s, but for those without a meaning here: the token starts small and
    random, all else is frozen, and its effect on a pose is too small to be drawn.
    """

    epochs: int = Field(default=5, ge=1)
    optimisation: TokenOptimisation = TokenOptimisation()
    panels: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _check_whole(self) -> "TokenTraining":
        if self.start is not None or self.freeze != Freeze() or self.panels:
            raise ValueError(
                "a token's training has no start, no freeze and no panels: leave them out"
            )
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
