"""From splits to a trained model in a folder."""

import math
from collections.abc import Sequence
from pathlib import Path

import torch

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.optimise import optimise
from vitpose_plus.engine.precision import fast_attention
from vitpose_plus.engine.world import World
from vitpose_plus.models import ViTPoseConfig
from vitpose_plus.training.batches import training_batches
from vitpose_plus.training.config import Training
from vitpose_plus.training.examine import PoseExamination
from vitpose_plus.training.fingerprint import fingerprint
from vitpose_plus.training.job import Fitted, PoseJob, open_split, open_store
from vitpose_plus.training.objective import PoseObjective
from vitpose_plus.training.start import first_model


def train_poses(job: PoseJob, world: World) -> Fitted:
    """Do a job, as one of the processes that do.

    Raises:
        VitposeError: the data cannot be read, the weights to start from do not fit, or the
            training itself fails; see `optimise`.
    """
    stores = [open_store(one, job.training.augmentation, job.model.input_size) for one in job.train]
    return fit(
        job.model,
        job.training,
        [open_split(one) for one in job.train],
        [open_split(one) for one in job.held_out],
        job.folder,
        stores=stores,
        seed=job.seed,
        world=world,
        progress=job.progress,
    )


def fit(
    config: ViTPoseConfig,
    training: Training,
    train: Sequence[Split],
    held_out: Sequence[Split],
    folder: Path,
    *,
    stores: Sequence[CropStore | None] = (),
    seed: int = 0,
    world: World | None = None,
    progress: bool = True,
) -> Fitted:
    """Train a new model, or go on with this very training where it was stopped.

    Args:
        config: the model; its tasks are the splits', in the same order.
        training: the recipe.
        train: training splits.
        held_out: what "best" is judged by.
        folder: `best/` and `last/` models and `history.jsonl` appear here.
        stores: each training split's crops, or None to read its pictures; empty: pictures.
        seed: of the weights, the order and the augmentation.
        world: this process among all; None: it is alone, on the CPU.
        progress: show a bar, in a terminal.
    """
    world = world or World()
    torch.manual_seed(seed)
    model = first_model(config, training).to(world.device)
    # Convolutions are faster so.
    model.to(memory_format=torch.channels_last)
    start = training.start.weights if training.start is not None else None
    with fast_attention(math.prod(config.grid)):
        done = optimise(
            PoseObjective(model, train),
            training_batches(config, training, train, seed, world, stores),
            training,
            folder,
            world=world,
            seed=seed,
            fingerprint=fingerprint((config, training), (*train, *held_out), seed, start, stores),
            examine=PoseExamination(model, training, held_out, folder, world),
            progress=progress,
        )
    return Fitted(
        best=folder / "best",
        last=folder / "last",
        best_epoch=done.best_epoch,
        best_score=done.best_score,
        seconds=done.seconds,
    )
