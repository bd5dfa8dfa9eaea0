"""The token that a student is to have, or why it cannot be that one."""

from pathlib import Path

from vitpose_plus.distillation.config import Distillation
from vitpose_plus.distillation.token import KnowledgeToken, TokenRecord, load_token
from vitpose_plus.errors import CheckpointError, ConfigurationError
from vitpose_plus.models import ViTPoseConfig


def load_knowledge(
    distillation: Distillation, token: Path | None, student: ViTPoseConfig
) -> KnowledgeToken | None:
    """The token that the student is to have; None where the loss wants none.

    Raises:
        CheckpointError: it cannot be read, or was learned from another teacher, or from one that
            was read otherwise, or on other tasks, or at another input size.
        ConfigurationError: there is none.
    """
    if not distillation.uses_token:
        return None
    if token is None:
        raise ConfigurationError(
            f"distillation.loss: {distillation.loss} wants a knowledge token: run phase 1 first, "
            "or choose loss: output"
        )
    known = load_token(token, distillation.teacher)
    _refuse_other_teaching(token, known.record, distillation)
    _refuse_other_student(token, known.record, student)
    return known


def _refuse_other_teaching(token: Path, record: TokenRecord, distillation: Distillation) -> None:
    """The same weights are another teacher when they are read otherwise."""
    for key in ("teacher_heads", "teacher_tasks"):
        learned, stated = getattr(record, key), getattr(distillation, key)
        if learned != stated:
            raise CheckpointError(
                f"{token}: learned with distillation.{key}: {_told(learned)}, which is "
                f"{_told(stated)} now: set it back, or train the token again"
            )


def _refuse_other_student(token: Path, record: TokenRecord, student: ViTPoseConfig) -> None:
    names = [task.name for task in student.tasks]
    if missing := sorted(set(names) - set(record.tasks)):
        raise CheckpointError(
            f"{token}: learned on {', '.join(record.tasks)}, the student learns "
            f"{', '.join(names)}: train the token on {', '.join(missing)} too"
        )
    if record.input_size != student.input_size:
        learned, stated = (" x ".join(map(str, s)) for s in (record.input_size, student.input_size))
        raise CheckpointError(
            f"{token}: learned on pictures of {learned} pixels (height x width), the student's "
            f"input_size is {stated}: train the token again at that size"
        )


def _told(hint: int | tuple[str, ...] | None) -> str:
    if hint is None:
        return "not given"
    return str(hint) if isinstance(hint, int) else ", ".join(hint)
