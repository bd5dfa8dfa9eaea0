"""What is computed: a training's samples, steps and floating-point operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vitpose_plus.engine.speed import BACKWARD_AND_FORWARD, FLOPS_A_MULTIPLY_ADD
from vitpose_plus.models import SizeName, Task, ViTPoseConfig
from vitpose_plus.planning.counts import Counts
from vitpose_plus.settings import settings
from vitpose_plus.skeletons import SKELETONS

Kind = Literal["train", "pretrain", "distill"]
SEEN_TWICE = 2  # the scoring after a training averages with the mirrored picture


@settings
class Recipe:
    """What decides how much there is to compute.

    Attributes:
        kind: train, heatmaps; pretrain, the masked auto-encoder; distill, a student with its
            teacher's forward pass.
        size: of the network that learns.
        teacher: of the frozen one; None unless distilled.
        input_size: (height, width) in pixels.
        epochs: passes over all samples.
        batch_size: samples a step, of all processes.
        validate_every: epochs between two scorings.
        recompute: whether blocks are computed twice (activation checkpointing).
    """

    kind: Kind
    size: SizeName
    teacher: SizeName | None = None
    input_size: tuple[int, int] = (256, 192)
    epochs: int
    batch_size: int
    validate_every: int
    recompute: bool = False


@dataclass(frozen=True)
class Network:
    """What learns, in numbers.

    Attributes:
        name: what people call it.
        parameters: that learn.
        norms: channels of each BatchNorm, whose statistics all processes exchange.
        multiply_adds: of a sample's forward pass, as the run's MFU counts them.
        scored_multiply_adds: the same, of a held-out sample.
    """

    name: str
    parameters: int
    norms: tuple[int, ...]
    multiply_adds: int
    scored_multiply_adds: int


@dataclass(frozen=True)
class Work:
    """A training as arithmetic.

    Attributes:
        recipe: what was asked.
        network: what learns.
        counts: its data.
    """

    recipe: Recipe
    network: Network
    counts: tuple[Counts, ...]

    @property
    def epoch(self) -> int:
        """Samples of an epoch, before its last batch is filled up."""
        return sum(each.train for each in self.counts)

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run; an epoch's last batch is filled up."""
        return self.recipe.epochs * -(-self.epoch // self.recipe.batch_size)

    @property
    def samples(self) -> int:
        """That pass the network forwards and backwards."""
        return self.steps * self.recipe.batch_size

    @property
    def scored(self) -> int:
        """Forward passes of held-out samples while it trains: all processes share them."""
        scorings = -(-self.recipe.epochs // self.recipe.validate_every)
        return scorings * sum(each.held_out for each in self.counts)

    @property
    def scored_last(self) -> int:
        """Those of the scoring after a training, with mirrored pictures: one GPU has them all."""
        return SEEN_TWICE * self.read_last

    @property
    def read_last(self) -> int:
        """Crops that are cut for it, from whole pictures; a masked auto-encoder is not scored."""
        if self.recipe.kind == "pretrain":
            return 0
        return sum(each.held_out for each in self.counts)

    @property
    def flops_a_sample(self) -> int:
        """Of a training sample, as `engine.speed.Speed` counts them for the MFU."""
        return BACKWARD_AND_FORWARD * FLOPS_A_MULTIPLY_ADD * self.network.multiply_adds

    @property
    def training_flops(self) -> int:
        """Of all training samples, without what is computed twice."""
        return self.samples * self.flops_a_sample

    @property
    def scoring_flops(self) -> int:
        """Of the scorings while it trains."""
        return self.scored * self.flops_a_scored

    @property
    def last_flops(self) -> int:
        """Of the scoring after the training."""
        return self.scored_last * self.flops_a_scored

    @property
    def flops_a_scored(self) -> int:
        """Of a held-out sample's forward pass."""
        return FLOPS_A_MULTIPLY_ADD * self.network.scored_multiply_adds

    @property
    def repeated_flops(self) -> int:
        """Of the forward passes that activation checkpointing computes again; in no MFU."""
        return self.training_flops // BACKWARD_AND_FORWARD if self.recipe.recompute else 0


def plan_work(recipe: Recipe, counts: Sequence[Counts]) -> Work:
    """The arithmetic of a recipe on these data sets."""
    network = _auto_encoder(recipe) if recipe.kind == "pretrain" else _pose_network(recipe, counts)
    return Work(recipe, network, tuple(counts))


def _auto_encoder(recipe: Recipe) -> Network:
    from vitpose_plus.models.mae import MAE, multiply_adds
    from vitpose_plus.models.mae_config import MAEConfig

    config = MAEConfig(size=recipe.size, input_size=recipe.input_size)
    each = multiply_adds(config)
    return _measured(f"MAE-{recipe.size.upper()}", MAE, config, each, each)


def _pose_network(recipe: Recipe, counts: Sequence[Counts]) -> Network:
    from vitpose_plus.models.cost import mean_multiply_adds
    from vitpose_plus.models.vitpose import ViTPose

    names = [each.name for each in counts]
    config = _config(recipe.size, recipe.input_size, names)
    own = mean_multiply_adds(config)
    whole, name = own, _name(config)
    if recipe.teacher is not None:
        teacher = _config(recipe.teacher, recipe.input_size, names)
        # One forward pass beside the three, as the student's own objective counts it.
        whole += mean_multiply_adds(teacher) // BACKWARD_AND_FORWARD
        name += f" taught by {_name(teacher)}"
    return _measured(name, ViTPose, config, whole, own)


def _measured(name: str, kind: type, config: object, multiply_adds: int, scored: int) -> Network:
    import torch
    from torch import nn

    with torch.device("meta"):
        model = kind(config)
    learning = sum(p.numel() for p in model.parameters() if p.requires_grad)
    norms = [m.num_features for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    return Network(name, learning, tuple(norms), multiply_adds, scored)


def _config(size: SizeName, input_size: tuple[int, int], names: Sequence[str]) -> ViTPoseConfig:
    """A data set that is not built in counts with COCO's keypoints: its decoder hardly matters."""
    tasks = tuple(Task(name=n, skeleton=SKELETONS.get(n, SKELETONS["coco"])) for n in names)
    return ViTPoseConfig(
        size=size,
        input_size=input_size,
        ffn="partially_shared" if len(names) > 1 else "plain",
        tasks=tasks,
    )


def _name(config: ViTPoseConfig) -> str:
    return f"ViTPose{'+' * (config.ffn != 'plain')}-{str(config.size).upper()}"
