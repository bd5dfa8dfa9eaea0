"""What a teacher gives to a student's training, as its fingerprint knows it."""

from pathlib import Path

from vitpose_plus.checksum import sha256_of
from vitpose_plus.distillation.config import Distillation, DistillationLoss
from vitpose_plus.distillation.teacher import weights_sha256
from vitpose_plus.distillation.token import TOKEN
from vitpose_plus.settings import settings


@settings
class Lesson:
    """What of a distillation decides a student's outcome, wherever it lies.

    The teacher's input size is the student's.

    Attributes:
        loss: what is minimised.
        teacher: SHA-256 of its weights; empty where it draws nothing for the student.
        teacher_heads: how they are read: see `Distillation`.
        teacher_tasks: likewise.
        token: SHA-256 of the token; empty where there is none.
    """

    loss: DistillationLoss
    teacher: str = ""
    teacher_heads: int | None = None
    teacher_tasks: tuple[str, ...] | None = None
    token: str = ""


def lesson(distillation: Distillation, token: Path | None) -> Lesson:
    """Of a distillation and its token's folder what the loss makes use of."""
    drawing = distillation.uses_heatmaps
    known = token if distillation.uses_token else None
    return Lesson(
        loss=distillation.loss,
        teacher=weights_sha256(distillation.teacher) if drawing else "",
        teacher_heads=distillation.teacher_heads if drawing else None,
        teacher_tasks=distillation.teacher_tasks if drawing else None,
        token=sha256_of(known / TOKEN) if known is not None else "",
    )
