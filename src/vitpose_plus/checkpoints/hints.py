"""What a caller says of a checkpoint because its shapes cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.models import Task
from vitpose_plus.skeletons import SKELETONS

T = TypeVar("T")


@dataclass(frozen=True)
class Hints:
    """See `load_model`; None is unsaid.

    Attributes:
        tasks: in the order of experts and decoders.
        input_size: (height, width) in pixels.
        ratio: 1, features at 1/16; 2, at 1/8.
        heads: attention heads.
        stem: the file's name without its ending, which may name a data set.
    """

    tasks: tuple[Task, ...] | None = None
    input_size: InputSize | None = None
    ratio: int | None = None
    heads: int | None = None
    stem: str = ""


def as_tasks(tasks: Sequence[str | Task]) -> tuple[Task, ...]:
    """Built-in tasks by their names, others as they are.

    Raises:
        CheckpointError: no built-in set of that name.
    """
    return tuple(built_in(task) if isinstance(task, str) else task for task in tasks)


def built_in(name: str) -> Task:
    """The task of a built-in set of keypoints.

    Raises:
        CheckpointError: there is none of that name.
    """
    if name not in SKELETONS:
        raise CheckpointError(
            f"tasks=: no built-in set {name!r} among {', '.join(SKELETONS)}; give a set of your "
            "own as Task(name=…, skeleton=load_skeleton(…))"
        )
    return Task(name=name, skeleton=SKELETONS[name])


def agreed(what: str, hint: T | None, stated: T | None) -> T | None:
    """The hint, or what the checkpoint itself states.

    Raises:
        CheckpointError: they contradict each other.
    """
    if hint is not None and stated is not None and hint != stated:
        raise CheckpointError(
            f"{what}={hint} contradicts the checkpoint, which states {stated}: leave {what}= out"
        )
    return stated if hint is None else hint
