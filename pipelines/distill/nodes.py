"""Nodes: find the teacher, learn its knowledge token, hand it to a student."""

import logging
from dataclasses import replace
from pathlib import Path

from pipelines.evaluation_parameters import Evaluation
from pipelines.model_address import local_weights
from pipelines.network import network
from pipelines.parameters import Data, Experiment, Model
from pipelines.running import run_training
from pipelines.splits import held_out_splits, training_splits
from pipelines.start_weights import bring_weights
from pipelines.tracking import log_files
from vitpose_plus.distillation.config import Distillation
from vitpose_plus.engine.config import Launch
from vitpose_plus.training.config import Training

log = logging.getLogger(__name__)


def find_teacher(distillation: Distillation, distilled: Experiment) -> str:
    """The teacher's weights on this machine: `models:/…` is fetched from the registry.

    Raises:
        ConfigurationError: there are none.
    """
    teacher = str(distillation.teacher)
    if not (distillation.uses_token or distillation.uses_heatmaps):
        log.info("distillation.loss: %s asks no teacher", distillation.loss)
        return teacher
    return local_weights(teacher, "distillation.teacher", distilled.models / "teacher")


def fit_knowledge_token(
    crops: bool,
    teacher: str,
    data: Data,
    distilled: Experiment,
    student: Model,
    student_training: Training,
    distillation: Distillation,
    evaluation: Evaluation,
    seed: int,
) -> str:
    """Phase 1: the token alone learns, on the frozen teacher.

    It runs on the student's processes and nodes, unless it has a `launch` of its own.

    Returns:
        Folder of the token; empty where the configured loss has no use for one.
    """
    if not distillation.uses_token:
        log.info("distillation.loss: %s needs no knowledge token", distillation.loss)
        return ""
    from vitpose_plus.distillation.fit_token import fit_token
    from vitpose_plus.distillation.job import FittedToken, TokenJob

    recipe = distillation.token
    if recipe.launch == Launch():
        recipe = replace(recipe, launch=student_training.launch)
    job = TokenJob(
        student=network(student, distilled.ffn, data, distilled.tasks),
        distillation=replace(distillation, teacher=Path(teacher), token=recipe),
        train=training_splits(data, distilled.tasks, crops=crops),
        held_out=held_out_splits(data, distilled.tasks, evaluation.split),
        folder=distilled.models / "token",
        seed=seed,
    )
    worker = "vitpose_plus.distillation.token_worker"
    fitted = run_training(fit_token, job, recipe, job.folder, worker, FittedToken, prefix="token/")
    log_files(fitted.token, "knowledge_token")
    return str(fitted.token)


def train_student(
    crops: bool,
    teacher: str,
    knowledge_token: str,
    data: Data,
    distilled: Experiment,
    student: Model,
    student_training: Training,
    distillation: Distillation,
    evaluation: Evaluation,
    seed: int,
) -> str:
    """Phase 2: the student learns, with the frozen token and the teacher's heatmaps.

    Returns:
        Folder of the best student.
    """
    from vitpose_plus.distillation.fit_student import fit_student
    from vitpose_plus.distillation.job import StudentJob
    from vitpose_plus.training.job import Fitted

    bring_weights(student_training, data)
    job = StudentJob(
        student=network(student, distilled.ffn, data, distilled.tasks),
        training=student_training,
        distillation=replace(distillation, teacher=Path(teacher)),
        token=Path(knowledge_token) if knowledge_token else None,
        train=training_splits(data, distilled.tasks, crops=crops),
        held_out=held_out_splits(data, distilled.tasks, evaluation.split),
        folder=distilled.models,
        seed=seed,
    )
    worker = "vitpose_plus.distillation.student_worker"
    fitted = run_training(fit_student, job, student_training, job.folder, worker, Fitted)
    log.info(
        "the student was trained in %.0f s; best after epoch %d: %s",
        *(fitted.seconds, fitted.best_epoch + 1, fitted.best),
    )
    return str(fitted.best)
