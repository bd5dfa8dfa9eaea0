"""The Lightning module: one mixed step, and scoring after each epoch."""

import logging
import math
from collections.abc import Sequence
from typing import Any

import lightning as L
import torch
from torch import Tensor

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.datasets.encoded_crops import EncodedBatch
from vitpose_plus.datasets.split import Split
from vitpose_plus.evaluation.predict import PoseCollector
from vitpose_plus.evaluation.score import main_figure, score
from vitpose_plus.geometry import normalise
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.inference.infer import infer
from vitpose_plus.models import ViTPose
from vitpose_plus.training.config import Training
from vitpose_plus.training.loss import heatmap_loss
from vitpose_plus.training.optimiser import RateCourse, build_optimiser, build_schedule

log = logging.getLogger(__name__)

SCORE = "score"  # the mean of the data sets' main figures: what "best" means


class PoseTraining(L.LightningModule):
    """Trains a ViTPose on mixed batches of all its tasks.

    Logs `loss` each step and epoch, `loss_<task>` each epoch, and after each validation
    `<figure>_<task>` of every data set and their mean, `score`.
    """

    def __init__(self, model: ViTPose, training: Training, held_out: Sequence[Split]) -> None:
        super().__init__()
        config = model.config
        self.model = model
        self.training_config = training
        self.held_out = held_out
        self.codec = HeatmapCodec(config.input_size, config.heatmap_size, training.sigma)

    def transfer_batch_to_device(
        self, batch: CropBatch | EncodedBatch, device: torch.device, dataloader_idx: int
    ) -> CropBatch:
        """Decode there what the loader left coded; nvJPEG reads from the computer's memory."""
        if isinstance(batch, EncodedBatch):
            return batch.decode(self.model.config.input_size, device)
        return super().transfer_batch_to_device(batch, device, dataloader_idx)

    def training_step(self, batch: CropBatch, batch_index: int) -> Tensor:
        """The loss of one mixed batch: the sum of the decoders' losses."""
        heatmaps = self.model.by_task(normalise(batch.picture), batch.task)
        losses = {task: self._loss(batch, task, maps) for task, maps in heatmaps.items()}
        loss = torch.stack(list(losses.values())).sum()
        size = len(batch.task)
        self.log("loss", loss, on_step=True, on_epoch=True, prog_bar=True, batch_size=size)
        self._log_tasks(batch, losses)
        return loss

    def _loss(self, batch: CropBatch, task: int, heatmaps: Tensor) -> Tensor:
        own = batch.task == task
        points = heatmaps.shape[1]
        target, weight = encode(
            batch.keypoints[own, :points], batch.visibility[own, :points], self.codec
        )
        return heatmap_loss(heatmaps, target, weight, len(batch.task))

    def _log_tasks(self, batch: CropBatch, losses: dict[int, Tensor]) -> None:
        """Each set's loss a sample of its own: the loss itself shrinks with the set's share."""
        for task, loss in losses.items():
            size = int((batch.task == task).sum())
            name = f"loss_{self.model.config.tasks[task].name}"
            own = loss * len(batch.task) / size
            self.log(name, own, on_step=False, on_epoch=True, batch_size=size)

    def on_validation_epoch_start(self) -> None:
        """Begin a new collection of poses."""
        self._poses = PoseCollector(self.held_out)

    def validation_step(self, batch: CropBatch, batch_index: int) -> None:
        """Decode one batch, without the mirrored pass: half the time, nearly the figure."""
        self._poses.add(batch, *infer(self.model, batch.picture, batch.task, flip=False))

    def on_validation_epoch_end(self) -> None:
        """Score every data set by its own metric."""
        figures = {}
        for split, poses in zip(self.held_out, self._poses.predictions(), strict=True):
            found = score(poses, split.table, split.skeleton, split.metrics[:1])
            figure = main_figure(split.metrics)
            figures[f"{figure.replace('@', '_')}_{split.name}"] = found[figure]
        finite = {name: value for name, value in figures.items() if math.isfinite(value)}
        mean = sum(finite.values()) / max(1, len(finite))
        self.log_dict(finite)
        self.log(SCORE, mean, prog_bar=True)
        each = ", ".join(f"{name} {value:.3f}" for name, value in finite.items())
        epochs = self.training_config.epochs
        log.info("epoch %d of %d: score %.3f (%s)", self.current_epoch + 1, epochs, mean, each)

    def configure_optimizers(self) -> Any:
        """AdamW with layer decay, stepped by optimiser steps."""
        optimisation = self.training_config.optimisation
        epochs = self.training_config.epochs
        steps = int(self.trainer.estimated_stepping_batches) // epochs
        optimiser = build_optimiser(self.model, optimisation)
        schedule = build_schedule(optimiser, RateCourse.of(optimisation, steps, epochs))
        return [optimiser], [{"scheduler": schedule, "interval": "step"}]
