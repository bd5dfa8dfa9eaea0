"""From splits to weights that start a ViTPose."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.optimise import optimise
from vitpose_plus.engine.precision import fast_attention
from vitpose_plus.engine.world import World
from vitpose_plus.models.mae import MAE
from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.pretraining.batches import training_batches
from vitpose_plus.pretraining.config import Pretraining
from vitpose_plus.pretraining.examine import MaskedExamination
from vitpose_plus.pretraining.job import Pretrained, PretrainingJob
from vitpose_plus.pretraining.objective import MaskedObjective
from vitpose_plus.training.fingerprint import fingerprint
from vitpose_plus.training.job import open_split, open_store


def pretrain(job: PretrainingJob, world: World) -> Pretrained:
    """Do a job, as one of the processes that do.

    Raises:
        VitposeError: the data cannot be read, or the training itself fails; see `optimise`.
    """
    pretraining = job.pretraining
    stores = [
        open_store(one, pretraining.augmentation, job.model.input_size)
        for one in job.train
        if pretraining.view == "instances"
    ]
    return fit_masked(
        job.model,
        pretraining,
        [open_split(one) for one in job.train],
        [open_split(one) for one in job.held_out],
        job.folder,
        stores=stores,
        seed=job.seed,
        world=world,
        progress=job.progress,
    )


def fit_masked(
    config: MAEConfig,
    pretraining: Pretraining,
    train: Sequence[Split],
    held_out: Sequence[Split],
    folder: Path,
    *,
    stores: Sequence[CropStore | None] = (),
    seed: int = 0,
    world: World | None = None,
    progress: bool = True,
) -> Pretrained:
    """Train a new auto-encoder, or go on with this very training where it was stopped.

    Args:
        config: the model, as `pretraining.model` makes it.
        pretraining: the recipe.
        train: training splits.
        held_out: what it is scored on.
        folder: `best/` and `last/` models and `history.jsonl` appear here.
        stores: each training split's crops, or None to read its pictures; empty: pictures.
        seed: of the weights, the order, the augmentation and the masks.
        world: this process among all; None: it is alone, on the CPU.
        progress: show a bar, in a terminal.
    """
    world = world or World()
    torch.manual_seed(seed)
    model = MAE(config).to(world.device)
    # How many guesses are drawn changes nothing in the weights.
    recipe = replace(pretraining, reconstructions=0)
    with fast_attention(math.prod(config.grid)):
        done = optimise(
            MaskedObjective(model, train),
            training_batches(config, pretraining, train, seed, world, stores),
            pretraining,
            folder,
            world=world,
            seed=seed,
            fingerprint=fingerprint((config, recipe), (*train, *held_out), seed, stores=stores),
            examine=MaskedExamination(model, pretraining, held_out, folder, seed, world),
            progress=progress,
        )
    return Pretrained(
        weights=folder / "last",
        best=folder / "best",
        best_epoch=done.best_epoch,
        score=done.best_score,
        seconds=done.seconds,
    )
