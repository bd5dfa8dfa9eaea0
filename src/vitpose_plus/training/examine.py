"""How good a model is after an epoch, by each data set's own metric."""

import logging
import math
from collections.abc import Sequence
from pathlib import Path

from torch.utils.data import DataLoader

from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.evaluating import evaluating
from vitpose_plus.engine.examined import Examined
from vitpose_plus.engine.precision import autocast
from vitpose_plus.engine.world import World
from vitpose_plus.evaluation.predict import PoseCollector
from vitpose_plus.evaluation.score import main_figure, score
from vitpose_plus.inference.infer import infer
from vitpose_plus.models import ViTPose
from vitpose_plus.training.batches import held_out_batches
from vitpose_plus.training.config import Training
from vitpose_plus.training.panels import choose_panels, draw_panels, predict_panels

log = logging.getLogger(__name__)


class PoseExamination:
    """Scores the held-out instances; every process predicts its share of them.

    Args:
        model: what learns.
        training: the recipe.
        held_out: what is scored, in the order of the model's tasks.
        folder: gets `panels/`.
        world: this process among all.
    """

    def __init__(
        self,
        model: ViTPose,
        training: Training,
        held_out: Sequence[Split],
        folder: Path,
        world: World,
    ) -> None:
        self.model, self.training, self.held_out, self.world = model, training, held_out, world
        self.folder = folder / "panels"
        self.batches: DataLoader = held_out_batches(model.config, training, held_out, world)
        self.samples = choose_panels(held_out, model.config, training.panels)

    def __call__(self, epoch: int) -> Examined:
        """Each set's first figure as `<figure>_<task>`, and their mean, the score."""
        poses = self._predict()
        figures = self.world.broadcast(self._score(poses) if self.world.main else {})
        mean = sum(figures.values()) / max(1, len(figures))
        if self.world.main:
            each = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
            epochs = self.training.epochs
            log.info("epoch %d of %d: score %.3f (%s)", epoch + 1, epochs, mean, each)
        return Examined(figures, mean, self._draw(epoch))

    def _predict(self) -> PoseCollector:
        """Without the mirrored pass: half the time, nearly the figure."""
        poses, device = PoseCollector(self.held_out), self.world.device
        with evaluating(self.model):
            for batch in self.batches:
                pictures = batch.picture.to(device, non_blocking=True)
                tasks = batch.task.to(device, non_blocking=True)
                with autocast(self.training.precision, device):
                    found = infer(self.model, pictures, tasks, flip=False)
                poses.add(batch, *found)
        for others in self.world.gather(poses.seen()):
            poses.join(others)
        return poses

    def _draw(self, epoch: int) -> list[Path]:
        """The panels, if any are wanted; all processes predict them, for a sharded model."""
        if not self.samples:
            return []
        with autocast(self.training.precision, self.world.device):
            heatmaps = predict_panels(self.model, self.samples)
        path = self.folder / f"epoch_{epoch + 1:04d}.jpg"
        if self.world.main:
            draw_panels(self.samples, heatmaps, self.model.config.codec, epoch, path)
        return [path]

    def _score(self, poses: PoseCollector) -> dict[str, float]:
        figures = {}
        for split, predictions in zip(self.held_out, poses.predictions(), strict=True):
            found = score(predictions, split.table, split.skeleton, split.metrics[:1])
            figure = main_figure(split.metrics)
            figures[f"{figure.replace('@', '_')}_{split.name}"] = found[figure]
        return {name: value for name, value in figures.items() if math.isfinite(value)}
