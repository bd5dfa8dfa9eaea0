"""The processes that train together, seen from one of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch import distributed as dist

from vitpose_plus.engine.agent import HEAD

SILENCE = timedelta(minutes=10)
"""How long a process waits for another: longer than any writes or draws, for one that vanished
without a word is noticed by nothing else. Gloo's own would be 30 minutes, NCCL's is 10."""

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """This process among all that train together.

    Attributes:
        rank: which one it is, of all nodes'.
        size: how many there are.
        device: what this one computes on.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def main(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """Of every process; the argument stays as it is."""
        if self.size == 1:
            return values
        total = values.detach().clone()
        dist.all_reduce(total)
        return total

    def gather(self, mine: T) -> list[T]:
        """What each process has, by rank."""
        if self.size == 1:
            return [mine]
        everyone: list[Any] = [None] * self.size
        dist.all_gather_object(everyone, mine)
        return everyone

    def broadcast(self, mine: T) -> T:
        """What the main process has."""
        if self.size == 1:
            return mine
        held = [mine]
        dist.broadcast_object_list(held, src=0, device=self.device)
        return held[0]


@contextmanager
def joined(device: str | None = None) -> Iterator[World]:
    """Meet the other processes that torch elastic started, if it did.

    Args:
        device: "cpu" or "cuda"; None: a GPU where there is one.
    """
    kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield World(device=torch.device(kind))
        return
    own = (
        torch.device(kind, int(os.environ["LOCAL_RANK"])) if kind == "cuda" else torch.device(kind)
    )
    if kind == "cuda":
        torch.cuda.set_device(own)
    _join("cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo")
    yield World(dist.get_rank(), dist.get_world_size(), own)
    # Not after an error: others may wait in an exchange that this process will not join.
    dist.destroy_process_group()


def _join(backend: str) -> None:
    """Meet the others; the head's first process gets rank 0.

    Torch elastic sorts nodes by address: its rank 0 may be where nobody keeps a checkpoint. Ranks
    of one node stay together, and each on its GPU.
    """
    from torch.distributed.rendezvous import rendezvous

    store, rank, size = next(rendezvous("env://"))
    nodes = size // int(os.environ.get("LOCAL_WORLD_SIZE", size))
    first = _first(store, rank) if nodes > 1 else 0
    inner = dist.PrefixStore("training", store)
    rank = (rank - first) % size
    dist.init_process_group(backend, store=inner, rank=rank, world_size=size, timeout=SILENCE)


def _first(store: dist.Store, rank: int) -> int:
    """Torch elastic's number for the head's first process."""
    if HEAD in os.environ and os.environ["LOCAL_RANK"] == "0":
        store.set("head", str(rank))
    return int(store.get("head"))
