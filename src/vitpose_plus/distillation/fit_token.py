"""Phase 1: from a teacher and splits to a knowledge token in a folder."""

import logging
import math
from dataclasses import replace
from pathlib import Path

import torch

from vitpose_plus.distillation.config import Distillation
from vitpose_plus.distillation.job import FittedToken, TokenJob
from vitpose_plus.distillation.material import Material, open_material
from vitpose_plus.distillation.teacher import load_teacher, weights_sha256
from vitpose_plus.distillation.token import (
    HeldOut,
    KnowledgeToken,
    TokenRecord,
    load_token,
    save_token,
)
from vitpose_plus.distillation.token_examination import TokenExamination
from vitpose_plus.distillation.token_objective import LearnedToken, TokenObjective
from vitpose_plus.engine.optimise import Optimised, optimise
from vitpose_plus.engine.precision import fast_attention
from vitpose_plus.engine.world import World
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.models.config import check_knowledge
from vitpose_plus.training.batches import training_batches
from vitpose_plus.training.fingerprint import fingerprint

log = logging.getLogger(__name__)


def fit_token(job: TokenJob, world: World) -> FittedToken:
    """Do a job, as one of the processes that do.

    Raises:
        VitposeError: the data cannot be read, or see `learn_token`.
    """
    augmentation, size = job.distillation.token.augmentation, job.student.input_size
    return learn_token(job, open_material(job.train, job.held_out, augmentation, size), world)


def learn_token(job: TokenJob, material: Material, world: World) -> FittedToken:
    """Tune a token on a frozen teacher, or go on where this very training was stopped.

    A token that this very training has finished is taken as it is.

    Args:
        job: its splits are not looked at.
        material: they, opened.
        world: this process among all.

    Raises:
        CheckpointError: the teacher cannot be read, is none for these tasks, or its attention has
            no place for a token.
        VitposeError: the training itself failed; see `optimise`.
    """
    student, training = job.student, job.distillation.token
    teacher = _teacher(job.distillation, student)
    record = _record(job, teacher, material)
    if (finished := _finished(job.folder, record.fingerprint, world)) is not None:
        return finished
    teacher.to(world.device).to(memory_format=torch.channels_last)
    torch.manual_seed(job.seed)
    token = LearnedToken(record.tokens, record.width).to(world.device)
    objective = TokenObjective(teacher, token, material.train, training.sigma, record)
    with fast_attention(math.prod(student.grid)):
        examination = TokenExamination(objective, training, material.held_out, world)
        done = optimise(
            objective,
            training_batches(student, training, material.train, job.seed, world, material.stores),
            training,
            job.folder,
            world=world,
            seed=job.seed,
            fingerprint=record.fingerprint,
            examine=examination,
            progress=job.progress,
        )
        return _finish(job.folder, done, examination)


def _teacher(distillation: Distillation, student: ViTPoseConfig) -> ViTPose:
    teacher = load_teacher(distillation, student)
    config = teacher.config
    try:
        check_knowledge(distillation.tokens, config.attention, config.dimensions)
    except ValueError as error:
        raise CheckpointError(
            f"{distillation.teacher}: {error}. It can teach by its heatmaps alone: loss: output"
        ) from error
    teacher.backbone.checkpointing = distillation.token.activation_checkpointing
    return teacher


def _record(job: TokenJob, teacher: ViTPose, material: Material) -> TokenRecord:
    distillation = job.distillation
    record = TokenRecord(
        teacher="",  # where it lies decides nothing
        teacher_sha256=weights_sha256(distillation.teacher),
        teacher_heads=distillation.teacher_heads,
        teacher_tasks=distillation.teacher_tasks,
        tokens=distillation.tokens,
        width=teacher.config.dimensions.width,
        tasks=tuple(task.name for task in teacher.config.tasks),
        input_size=teacher.config.input_size,
        seed=job.seed,
        epochs=distillation.token.epochs,
        fingerprint="",
    )
    splits = (*material.train, *material.held_out)
    whole = fingerprint((distillation.token, record), splits, job.seed)
    return replace(record, teacher=str(distillation.teacher), fingerprint=whole)


def _finished(folder: Path, fingerprint: str, world: World) -> FittedToken | None:
    """What this very training left here, if it came to its end."""
    # Only the main process need see the folder.
    record = world.broadcast(_saved_record(folder / "best") if world.main else None)
    if record is None or record.fingerprint != fingerprint:
        return None
    if record.best_epoch is None or record.held_out is None:
        return None  # stopped before the token was measured
    if world.main:
        log.info("the token in %s is current", folder / "best")
    return _fitted(folder, record.best_epoch, record.held_out, seconds=0.0)


def _saved_record(folder: Path) -> TokenRecord | None:
    try:
        return load_token(folder).record
    except CheckpointError:
        return None  # none, or a damaged one: training writes it anew


def _finish(folder: Path, done: Optimised, examination: TokenExamination) -> FittedToken:
    """The best token with what it is worth; every process measures, the main one writes."""
    world, best = examination.world, folder / "best"
    # Only the main process need see the folder; the others must not look before it is there.
    token = world.broadcast(load_token(best) if world.main else None)
    assert token is not None
    held_out = examination.measure(token.values.to(world.device))
    if world.main:
        record = replace(token.record, best_epoch=done.best_epoch, held_out=held_out)
        save_token(KnowledgeToken(token.values, record), best)
    return _fitted(folder, done.best_epoch, held_out, done.seconds)


def _fitted(folder: Path, best_epoch: int, held_out: HeldOut, seconds: float) -> FittedToken:
    return FittedToken(
        token=folder / "best",
        last=folder / "last",
        best_epoch=best_epoch,
        held_out=held_out,
        seconds=seconds,
    )
