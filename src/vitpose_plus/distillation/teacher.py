"""A trained model that no longer learns, for its student's tasks."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from vitpose_plus.checkpoints import load_model
from vitpose_plus.checkpoints.differences import cut, naming
from vitpose_plus.checksum import sha256_of
from vitpose_plus.distillation.config import Distillation
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.models.folding import with_weights

# A task's own decoder, or its expert in a block.
_OF_A_TASK = re.compile(r"(heads|backbone\.blocks\.\d+\.mlp\.experts)\.(\d+)\.(.*)")


def load_teacher(distillation: Distillation, student: ViTPoseConfig) -> ViTPose:
    """The teacher at the student's input size, of the student's tasks in their order; frozen.

    Raises:
        CheckpointError: it cannot be read, lacks a task of the student's, draws other keypoints
            for it, or heatmaps of another sigma where those are a target.
    """
    model = load_model(
        distillation.teacher,
        tasks=distillation.teacher_tasks,
        input_size=student.input_size,
        heads=distillation.teacher_heads,
    )
    with naming(distillation.teacher):
        if distillation.uses_heatmaps:
            _refuse_other_sigma(model.config.sigma, student.sigma)
        return freeze(of_tasks(model, student.tasks))


def freeze(teacher: ViTPose) -> ViTPose:
    """In evaluation mode, without a gradient; itself, for convenience."""
    return teacher.requires_grad_(False).eval()


def of_tasks(model: ViTPose, tasks: Sequence[Task]) -> ViTPose:
    """The model with the experts and decoders of these tasks alone, in this order.

    The weights are the model's own, not copies.

    Raises:
        CheckpointError: the model lacks a task, or draws other keypoints for it.
    """
    places = _places(model.config.tasks, tasks)
    weights = {}
    for name, value in model.state_dict().items():
        own = _OF_A_TASK.fullmatch(name)
        if own is None:
            weights[name] = value
        elif int(own[2]) in places:
            weights[f"{own[1]}.{places.index(int(own[2]))}.{own[3]}"] = value
    return with_weights(replace(model.config, tasks=tuple(tasks)), weights).train(model.training)


def weights_sha256(path: Path) -> str:
    """What tells one teacher from another: the SHA-256 of its file of weights.

    Of a folder with several, as transformers writes large models: of their sums, by name.

    Raises:
        CheckpointError: there are no weights.
    """
    files = [path] if path.is_file() else sorted(path.glob("*.safetensors"))
    files = files or sorted(path.glob("*.bin"))
    if not files:
        raise CheckpointError(f"{path} has no weights: give a model's file, or its folder")
    sums = [sha256_of(file) for file in files]
    return sums[0] if len(sums) == 1 else sha256("".join(sums).encode()).hexdigest()


def _places(teacher: Sequence[Task], student: Sequence[Task]) -> list[int]:
    """For each of the student's tasks its index in the teacher."""
    served = {task.name: index for index, task in enumerate(teacher)}
    if missing := [task.name for task in student if task.name not in served]:
        raise CheckpointError(
            f"the teacher serves {_names(teacher)}, the student learns {_names(student)}: no one "
            f"teaches {', '.join(missing)}. Take a teacher of all of them, or leave those out"
        )
    for task in student:
        _refuse_other_keypoints(task, teacher[served[task.name]])
    return [served[task.name] for task in student]


def _refuse_other_keypoints(task: Task, theirs: Task) -> None:
    own, other = task.skeleton.keypoints, theirs.skeleton.keypoints
    if own != other:
        raise CheckpointError(
            f"{task.name}: the teacher's {len(other)} keypoints ({cut(list(other))}) are not the "
            f"student's {len(own)} ({cut(list(own))}): take a teacher of the same keypoints in the "
            "same order"
        )


def _refuse_other_sigma(theirs: float, own: float) -> None:
    if theirs != own:
        raise CheckpointError(
            f"the teacher draws Gaussians of sigma {theirs:g}, the student is to draw {own:g}: it "
            f"cannot learn both. Set student.sigma: {theirs:g}, or distillation.loss: token"
        )


def _names(tasks: Sequence[Task]) -> str:
    return ", ".join(task.name for task in tasks)
