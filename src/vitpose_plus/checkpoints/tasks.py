"""Which data sets a checkpoint's decoders draw."""

import logging
import re
from dataclasses import replace

from torch import Tensor

from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.hints import Hints, built_in
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS

log = logging.getLogger(__name__)

OFFICIAL_ORDER = ("coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody")
_FINAL = re.compile(r"heads\.(\d+)\.final_layer\.weight")
# How the official files call them, where it is not our name.
_ALIASES = {"wholebody": "coco_wholebody", "interhand2d": "interhand"}
# Well-known sets that are not built in, by their number of keypoints.
_ALSO = {21: ("COCO-WholeBody-Hand, wrist first,",)}


def drawn_keypoints(weights: dict[str, Tensor]) -> list[int]:
    """K of every decoder, by our names."""
    found = {int(at[1]): w.shape[0] for name, w in weights.items() if (at := _FINAL.match(name))}
    return [found[index] for index in sorted(found)]


def infer_tasks(foreign: Foreign, hints: Hints) -> tuple[Task, ...]:
    """The data sets of the decoders: said, stated, or told by count, name and keypoints.

    Raises:
        CheckpointError: they cannot be told, or do not fit the decoders.
    """
    drawn = drawn_keypoints(foreign.weights)
    tasks = agreed_tasks(hints.tasks, foreign.tasks) or _guessed(foreign, drawn, hints.stem)
    if len(tasks) != len(drawn):
        raise CheckpointError(
            f"{len(drawn)} decoders, but {len(tasks)} tasks ({_names(tasks)}): "
            "name one for each in tasks="
        )
    _refuse_other_widths(tasks, drawn, foreign.wide_decoders)
    return tasks


def with_own_rows(foreign: Foreign, tasks: tuple[Task, ...]) -> Foreign:
    """The same checkpoint, wide decoders cut to their tasks' keypoints."""
    if not foreign.wide_decoders:
        return foreign
    weights, left_out = dict(foreign.weights), dict(foreign.left_out)
    for index, task in enumerate(tasks):
        keypoints = len(task.skeleton)
        for name in (f"heads.{index}.final_layer.{part}" for part in ("weight", "bias")):
            if name in weights and len(weights[name]) > keypoints:
                weights[name] = weights[name][:keypoints].clone()
                rows = f"{foreign.their_name(name)}[{keypoints}:]"
                left_out[rows] = f"rows beyond the {keypoints} keypoints of {task.name}"
    return replace(foreign, weights=weights, left_out=left_out)


def agreed_tasks(
    hint: tuple[Task, ...] | None, stated: tuple[Task, ...] | None
) -> tuple[Task, ...] | None:
    """What the caller says, or the checkpoint states.

    Raises:
        CheckpointError: they name other data sets or keypoints, or another order.
    """
    if hint and stated and _drawn_by(hint) != _drawn_by(stated):
        raise CheckpointError(
            f"tasks=({_names(hint)}) contradicts the checkpoint, which states {_names(stated)} "
            "with its own keypoints: leave tasks= out"
        )
    return hint or stated


def chosen_task(config: ViTPoseConfig, task: str | None) -> str:
    """The task of an export, which holds one decoder; a model's only one need not be named.

    Raises:
        CheckpointError: there is no such task, or none is named where there are several.
    """
    names = [one.name for one in config.tasks]
    if task is None and len(names) == 1:
        return names[0]
    if task not in names:
        raise CheckpointError(
            (f"unknown task {task!r}" if task else "an export holds one decoder")
            + f": name the task to export, one of {', '.join(names)}"
        )
    return task


def _guessed(foreign: Foreign, drawn: list[int], stem: str) -> tuple[Task, ...]:
    if len(drawn) == len(OFFICIAL_ORDER):
        return tuple(map(built_in, OFFICIAL_ORDER))
    if len(drawn) != 1:
        raise CheckpointError(
            f"{len(drawn)} decoders of {', '.join(map(str, drawn))} keypoints: only six are known "
            f"to be {', '.join(OFFICIAL_ORDER)}; name yours in tasks="
        )
    return (built_in(_single(drawn[0], stem, foreign.wide_decoders)),)


def _single(keypoints: int, stem: str, wide: bool) -> str:
    same = [name for name, skeleton in SKELETONS.items() if len(skeleton) == keypoints]
    named = [name for name in _named_in(stem) if name in same]
    narrower = [name for name in _named_in(stem) if wide and len(SKELETONS[name]) < keypoints]
    for only in (named, narrower):
        if len(only) == 1:
            return only[0]
    if not same:
        raise CheckpointError(
            f"its decoder draws {keypoints} keypoints, as no built-in set does: say "
            "tasks=[Task(name=…, skeleton=load_skeleton(…))]"
        )
    others = [*same[1:], *_ALSO.get(keypoints, ())]
    log.warning(
        "%s keypoints: taken for %s by their number alone; tasks= may say another%s",
        *(keypoints, same[0], "".join(f"; {other} has as many" for other in others)),
    )
    return same[0]


def _named_in(stem: str) -> list[str]:
    words = [_ALIASES.get(word, word) for word in re.split(r"[^a-z0-9]+", stem.lower())]
    return [name for name in SKELETONS if name in words]


def _refuse_other_widths(tasks: tuple[Task, ...], drawn: list[int], wide: bool) -> None:
    wrong = [
        f"{task.name} has {len(task.skeleton)} keypoints, its decoder draws {keypoints}"
        for task, keypoints in zip(tasks, drawn, strict=True)
        if keypoints < len(task.skeleton) or (keypoints > len(task.skeleton) and not wide)
    ]
    if wrong:
        raise CheckpointError(
            "; ".join(wrong) + ": give tasks= in the order of the decoders, with their skeletons"
        )


def _names(tasks: tuple[Task, ...]) -> str:
    return ", ".join(task.name for task in tasks)


def _drawn_by(tasks: tuple[Task, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(task.name, task.skeleton.keypoints) for task in tasks]
