"""Phase 1: from a teacher and splits to a knowledge token in a folder."""

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
from vitpose_plus.engine.finished import Optimised
from vitpose_plus.engine.optimise import optimise
from vitpose_plus.engine.precision import fast_attention
from vitpose_plus.engine.world import World
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.models.config import check_knowledge
from vitpose_plus.training.batches import training_batches
from vitpose_plus.training.fingerprint import fingerprint


def fit_token(job: TokenJob, world: World) -> FittedToken:
    """Do a job, as one of the processes that do.

    Raises:
        VitposeError: the data cannot be read, or see `learn_token`.
    """
    augmentation, size = job.distillation.token.augmentation, job.student.input_size
    return learn_token(job, open_material(job.train, job.held_out, augmentation, size), world)


def learn_token(job: TokenJob, material: Material, world: World) -> FittedToken:
    """Tune a token on a frozen teacher, or go on where this very training was stopped.

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
    teacher.to(world.device).to(memory_format=torch.channels_last)
    torch.manual_seed(job.seed)
    token = LearnedToken(record.tokens, record.width).to(world.device)
    objective = TokenObjective(teacher, token, material.train, record)
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
    recipes = distillation.token, record
    whole = fingerprint(recipes, splits, job.seed, stores=material.stores)
    return replace(record, teacher=str(distillation.teacher), fingerprint=whole)


def _finish(folder: Path, done: Optimised, examination: TokenExamination) -> FittedToken:
    """The best token with what it is worth; every process measures, the main one writes.

    A token that was measured when its training ended is taken as it is.
    """
    world, best = examination.world, folder / "best"
    # Only the main process need see the folder; the others must not look before it is there.
    token = world.broadcast(load_token(best) if world.main else None)
    assert token is not None
    if (known := token.record.held_out) is not None:
        return _fitted(folder, done.best_epoch, known, done.seconds)
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
