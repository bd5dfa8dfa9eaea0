"""Whose decoder a transformers folder holds, and which expert is its own."""

import logging

from vitpose_plus.checkpoints.differences import cut
from vitpose_plus.checkpoints.hints import built_in
from vitpose_plus.checkpoints.huggingface.config import FolderConfig, TasksConfig
from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task
from vitpose_plus.skeletons import SKELETONS, Skeleton

log = logging.getLogger(__name__)


def expert_tasks(config: FolderConfig) -> tuple[Task, ...] | None:
    """The tasks in the order of their experts, where that is known."""
    if config.vitpose_plus is not None:
        return config.vitpose_plus.tasks
    if _official(config):
        return tuple(map(built_in, OFFICIAL_ORDER))
    return None


def decoder_task(config: FolderConfig, keypoints: int, wanted: str | None) -> Task | None:
    """The task whose keypoints the decoder draws, where that can be told.

    Args:
        config: the folder's.
        keypoints: how many the decoder draws.
        wanted: the task's name, if the caller knows; one that is not built in stays the
            caller's to describe.

    Raises:
        CheckpointError: the decoder is not the wanted task's, or its labels name no set or two.
    """
    if config.vitpose_plus is not None:
        return _stated(config.vitpose_plus, wanted)
    if wanted is not None:
        return _of_width(built_in(wanted), keypoints) if wanted in SKELETONS else None
    if not _says_nothing(config.id2label):
        return _labelled(config.id2label, keypoints)
    if keypoints == len(SKELETONS["coco"]) and _official(config):
        # The published folders keep COCO's decoder.
        log.warning("six experts, %d keypoints: taken for coco; tasks= may say another", keypoints)
        return built_in("coco")
    return None


def _official(config: FolderConfig) -> bool:
    return config.backbone_config.num_experts == len(OFFICIAL_ORDER)


def _says_nothing(labels: dict[int, str]) -> bool:
    """Whether they are left out, or those that transformers gives where nobody does."""
    return all(label == f"LABEL_{index}" for index, label in labels.items())


def _labelled(labels: dict[int, str], keypoints: int) -> Task:
    same = [s.name for s in SKELETONS.values() if _spelt_alike(s, labels)]
    if len(labels) != keypoints:
        reason = f"{len(labels)} keypoints, but the decoder draws {keypoints}"
    elif len(same) > 1:
        reason = f"the keypoints of {' and '.join(same)} alike"
    elif not same:
        reason = f"the keypoints of no built-in set: {cut([labels[i] for i in sorted(labels)])}"
    else:
        return built_in(same[0])
    raise CheckpointError(
        f"id2label names {reason}. Say which set the decoder draws in tasks=, by its name or as "
        "Task(name=…, skeleton=load_skeleton(…))"
    )


def _stated(stated: TasksConfig, wanted: str | None) -> Task:
    own = stated.decoder
    if wanted not in (None, own):
        raise CheckpointError(
            f"this folder holds the decoder of {own!r}, not of {wanted!r}: export that task too"
        )
    return next(task for task in stated.tasks if task.name == own)


def _of_width(task: Task, keypoints: int) -> Task:
    if len(task.skeleton) != keypoints:
        raise CheckpointError(
            f"task {task.name!r} has {len(task.skeleton)} keypoints, but the decoder in this "
            f"folder draws {keypoints}: name the task it was trained for"
        )
    return task


def _spelt_alike(skeleton: Skeleton, labels: dict[int, str]) -> bool:
    names = [_plain(labels[index]) for index in sorted(labels)]
    return names == [_plain(name) for name in skeleton.keypoints]


def _plain(label: str) -> str:
    """Published folders write `L_Eye` for `left_eye`."""
    words = label.lower().replace(" ", "_").replace("-", "_").split("_")
    return "_".join([{"l": "left", "r": "right"}.get(words[0], words[0]), *words[1:]])
