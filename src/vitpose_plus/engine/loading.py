"""Loaders of samples that are asked for by (pass, index)."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from vitpose_plus.engine.batches import GlobalBatches, Order
from vitpose_plus.engine.config import Run
from vitpose_plus.engine.world import World


def training_loader(
    samples: Dataset, collate: Callable, order: Order, run: Run, world: World
) -> DataLoader:
    """This process's parts of the run's batches, an epoch at a time.

    Args:
        samples: what (pass, index) is asked of.
        collate: samples to a batch.
        order: of an epoch.
        run: its batches and workers.
        world: this process among all.
    """
    batches = GlobalBatches(
        order,
        run.batch_size,
        world_size=world.size,
        rank=world.rank,
        accumulate=run.accumulate,
    )
    return _loader(samples, collate, run, batch_sampler=batches)


def held_out_loader(
    samples: Dataset, count: int, collate: Callable, run: Run, world: World
) -> DataLoader:
    """This process's share of samples 0 to `count`, of pass 0.

    Every process gets equally many batches, for a sharded model computes on all of them at once:
    where the samples do not divide, the first ones are another process's too.
    """
    share = -(-count // world.size)
    own = [(0, index % count) for index in range(world.rank, share * world.size, world.size)]
    size = run.batch_size // (world.size * run.accumulate)
    return _loader(samples, collate, run, sampler=own, batch_size=size)


def _loader(samples: Dataset, collate: Callable, run: Run, **order: Any) -> DataLoader:
    return DataLoader(
        samples,
        collate_fn=collate,
        num_workers=run.workers,
        persistent_workers=run.workers > 0,
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_settle,
        **order,
    )


def _settle(worker: Any) -> None:
    _use_one_thread()
    _outlive_requests_to_stop()


def _use_one_thread() -> None:
    """A worker a core: OpenCV's own threads would only get in each other's way."""
    import cv2

    cv2.setNumThreads(0)


def _outlive_requests_to_stop() -> None:
    """Leave it to the training to end this process.

    Torch elastic, Slurm and others send SIGTERM to all processes of a group: without its loaders
    a training could not finish the step that it saves. Ignoring the signal altogether would keep
    the training itself from ending them.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait() -> None:
        while signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
