"""A knowledge token as an artifact of its own: `token.safetensors` and `token.json`."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from vitpose_plus.checkpoints.tensors import read_tensors
from vitpose_plus.distillation.teacher import weights_sha256
from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.replacement import replacing
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import read_typed, write_typed

TOKEN = "token.safetensors"
RECORD = "token.json"
NAME = "token"


@settings
class HeldOut:
    """What the token is worth to its teacher: heatmap losses on held-out pictures.

    Attributes:
        with_token: the loss of all samples, as training has it.
        without_token: the same of the teacher alone.
        tasks_with_token: task's name -> its own samples' loss.
        tasks_without_token: the same of the teacher alone.
    """

    with_token: float
    without_token: float
    tasks_with_token: dict[str, float]
    tasks_without_token: dict[str, float]


@settings
class TokenRecord:
    """Where a token comes from.

    Attributes:
        teacher: where its teacher lay, for people.
        teacher_sha256: of the teacher's weights: see `weights_sha256`.
        teacher_heads: the attention heads that it was said to have: see `Distillation`.
        teacher_tasks: the data sets that its decoders were said to have.
        tokens: T.
        width: C, the teacher's.
        tasks: the data sets it was learned on.
        input_size: (height, width) of the pictures it was learned on.
        seed: of its start, the order and the augmentation.
        epochs: of its training.
        fingerprint: of its training: the same one would give the same token.
        best_epoch: whose token it is, counted from 0; None: the last.
        held_out: what it is worth; None: not measured.
    """

    teacher: str
    teacher_sha256: str
    teacher_heads: int | None
    teacher_tasks: tuple[str, ...] | None
    tokens: int
    width: int
    tasks: tuple[str, ...]
    input_size: InputSize
    seed: int
    epochs: int
    fingerprint: str
    best_epoch: int | None = None
    held_out: HeldOut | None = None


@dataclass(frozen=True)
class KnowledgeToken:
    """What a teacher knows, in a few tokens.

    Attributes:
        values: [1, T, C].
        record: where it comes from.
    """

    values: Tensor
    record: TokenRecord


def save_token(token: KnowledgeToken, folder: Path) -> None:
    """Write a token; the folder appears, or is replaced, whole.

    Raises:
        CheckpointError: the folder holds something else than a token.
    """
    if folder.exists() and (strays := sorted(_names(folder) - {TOKEN, RECORD})):
        raise CheckpointError(
            f"{folder} holds what is no token ({', '.join(strays[:5])}), and a token's folder is "
            "replaced as a whole: name another one"
        )
    with replacing(folder) as part:
        write_typed(token.record, part / RECORD)
        save_file({NAME: token.values.detach().cpu().contiguous()}, part / TOKEN)
        shutil.copymode(part / RECORD, part / TOKEN)  # safetensors hides its files from others


def load_token(folder: Path, teacher: Path | None = None) -> KnowledgeToken:
    """What `save_token` wrote.

    Args:
        folder: of the token.
        teacher: whose token it must be.

    Raises:
        CheckpointError: there is none, its files do not belong together, or it is another
            teacher's.
    """
    record = read_typed(
        TokenRecord,
        folder / RECORD,
        error=CheckpointError,
        absent="Give the folder that the token's training wrote",
        stale="is no record of a token of this version: train the token again",
    )
    tensors = read_tensors(folder / TOKEN)
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if shapes != {NAME: (1, record.tokens, record.width)}:
        raise CheckpointError(
            f"{folder / TOKEN} holds {shapes}, but {RECORD} tells of {record.tokens} tokens of "
            f"width {record.width}: the files do not belong together, train the token again"
        )
    if teacher is not None and weights_sha256(teacher) != record.teacher_sha256:
        raise CheckpointError(
            f"{folder}: the token was learned from {record.teacher}, whose weights are others than "
            f"{teacher}'s (sha256 {record.teacher_sha256[:12]}…). Train the token on this teacher"
        )
    return KnowledgeToken(tensors[NAME], record)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
