"""From splits to a trained model in a folder."""

import logging
import math
import shutil
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lightning as L
import torch
from lightning.pytorch.callbacks import (
    Callback,
    LearningRateMonitor,
    ModelCheckpoint,
    TQDMProgressBar,
)
from lightning.pytorch.loggers import Logger
from lightning_utilities.core import rank_zero

from vitpose_plus.checkpoints import save_model
from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.split import Split
from vitpose_plus.models import ViTPoseConfig
from vitpose_plus.training.batches import held_out_batches, training_batches
from vitpose_plus.training.config import Training
from vitpose_plus.training.module import SCORE, PoseTraining
from vitpose_plus.training.precision import fast_attention, resolve_precision
from vitpose_plus.training.start import first_model


@dataclass(frozen=True)
class Fitted:
    """What a training left behind.

    Attributes:
        best: folder of the model with the highest validation score.
        last: folder of the model after the last epoch.
        best_epoch: counted from 0.
        best_score: mean of the tasks' main figures on the held-out pictures, without flip.
        seconds: of training and validation.
    """

    best: Path
    last: Path
    best_epoch: int
    best_score: float
    seconds: float


def fit(
    config: ViTPoseConfig,
    training: Training,
    train: Sequence[Split],
    held_out: Sequence[Split],
    folder: Path,
    *,
    stores: Sequence[CropStore | None] = (),
    seed: int = 0,
    logger: Logger | None = None,
    progress: bool = True,
) -> Fitted:
    """Train a new model.

    Args:
        config: the model; its tasks are the splits', in the same order.
        training: the recipe.
        train: training splits.
        held_out: what "best" is judged by.
        folder: `best/` and `last/` models and `checkpoints/` appear here.
        stores: each training split's crops, or None to read its pictures; empty: pictures.
        seed: of the weights, the order and the augmentation.
        logger: who is told the losses and figures.
        progress: show a bar, in a terminal.
    """
    began = time.monotonic()
    L.seed_everything(seed, verbose=False)
    module = PoseTraining(first_model(config, training), training, held_out)
    # Convolutions are faster with the channels last.
    module.to(memory_format=torch.channels_last)
    keep = _new_checkpoints(folder / "checkpoints")
    with _quiet_lightning(), fast_attention(math.prod(config.grid)):
        trainer = _trainer(training, keep, logger, progress)
        trainer.fit(
            module,
            training_batches(config, training, train, seed, stores),
            held_out_batches(config, training, held_out),
        )
    save_model(module.model, folder / "last")
    best = torch.load(keep.best_model_path, map_location="cpu", weights_only=True)
    module.load_state_dict(best["state_dict"])
    save_model(module.model, folder / "best")
    assert keep.best_model_score is not None
    return Fitted(
        best=folder / "best",
        last=folder / "last",
        best_epoch=int(best["epoch"]),
        best_score=float(keep.best_model_score),
        seconds=time.monotonic() - began,
    )


def _new_checkpoints(folder: Path) -> ModelCheckpoint:
    shutil.rmtree(folder, ignore_errors=True)
    return ModelCheckpoint(folder, filename="best", monitor=SCORE, mode="max", save_last=True)


def _trainer(
    training: Training, keep: ModelCheckpoint, logger: Logger | None, progress: bool
) -> L.Trainer:
    callbacks: list[Callback] = [keep]
    if logger is not None:
        callbacks.append(LearningRateMonitor("epoch"))
    # A terminal is redrawn; a log file would keep every redrawing, and has the epochs' lines.
    bar = progress and sys.stderr.isatty()
    if bar:
        callbacks.append(TQDMProgressBar())
    return L.Trainer(
        max_epochs=training.epochs,
        check_val_every_n_epoch=training.scoring_interval,
        gradient_clip_val=training.optimisation.clip_norm,
        callbacks=callbacks,
        logger=logger or False,
        devices=1,
        precision=resolve_precision(training.precision),
        num_sanity_val_steps=0,
        log_every_n_steps=10,
        enable_model_summary=False,
        enable_progress_bar=bar,
    )


@contextmanager
def _quiet_lightning() -> Iterator[None]:
    """Lightning's advice on loaders and hardware is not for this project's users."""
    level = rank_zero.log.level
    rank_zero.log.setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")
        try:
            yield
        finally:
            rank_zero.log.setLevel(level)
