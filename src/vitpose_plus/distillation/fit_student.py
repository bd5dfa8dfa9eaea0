"""Phase 2: from a teacher, its token and splits to a trained student in a folder."""

import math
from collections.abc import Sequence

import torch

from vitpose_plus.datasets.split import Split
from vitpose_plus.distillation.job import StudentJob
from vitpose_plus.distillation.knowledge import load_knowledge
from vitpose_plus.distillation.lesson import lesson
from vitpose_plus.distillation.material import Material, open_material
from vitpose_plus.distillation.projection import give_token
from vitpose_plus.distillation.student_objective import StudentObjective
from vitpose_plus.distillation.teacher import load_teacher
from vitpose_plus.engine.optimise import optimise
from vitpose_plus.engine.precision import fast_attention
from vitpose_plus.engine.world import World
from vitpose_plus.training.batches import training_batches
from vitpose_plus.training.examine import PoseExamination
from vitpose_plus.training.fingerprint import fingerprint
from vitpose_plus.training.job import Fitted
from vitpose_plus.training.start import first_model


def fit_student(job: StudentJob, world: World) -> Fitted:
    """Do a job, as one of the processes that do.

    Raises:
        VitposeError: the data cannot be read, or see `teach`.
    """
    augmentation, size = job.training.augmentation, job.student.input_size
    return teach(job, open_material(job.train, job.held_out, augmentation, size), world)


def teach(job: StudentJob, material: Material, world: World) -> Fitted:
    """Train a new student, or go on where this very training was stopped.

    Args:
        job: its splits are not looked at.
        material: they, opened.
        world: this process among all.

    Raises:
        CheckpointError: teacher, token and student do not belong together.
        ConfigurationError: a token is wanted and none given, or the student can take none.
        VitposeError: the training itself failed; see `optimise`.
    """
    config, training, folder = job.student, job.training, job.folder
    objective = _objective(job, material.train).to(world.device)
    # Convolutions are faster so.
    objective.to(memory_format=torch.channels_last)
    with fast_attention(math.prod(config.grid)):
        done = optimise(
            objective,
            training_batches(config, training, material.train, job.seed, world, material.stores),
            training,
            folder,
            world=world,
            seed=job.seed,
            fingerprint=_fingerprint(job, material),
            examine=PoseExamination(objective.network, training, material.held_out, folder, world),
            progress=job.progress,
        )
    return Fitted(
        best=folder / "best",
        last=folder / "last",
        best_epoch=done.best_epoch,
        best_score=done.best_score,
        seconds=done.seconds,
    )


def _objective(job: StudentJob, train: Sequence[Split]) -> StudentObjective:
    known = load_knowledge(job.distillation, job.token, job.student)
    teacher = None
    if job.distillation.uses_heatmaps:
        teacher = load_teacher(job.distillation, job.student)
    torch.manual_seed(job.seed)
    # All its other weights begin as they do without a token: arms can be compared.
    student = first_model(job.student, job.training)
    if known is not None:
        give_token(student, known.values)
    return StudentObjective(student, teacher, train)


def _fingerprint(job: StudentJob, material: Material) -> str:
    return fingerprint(
        (job.student, job.training, lesson(job.distillation, job.token)),
        (*material.train, *material.held_out),
        job.seed,
        job.training.start.weights if job.training.start is not None else None,
        material.stores,
    )
