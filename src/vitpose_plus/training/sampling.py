"""In what order the instances of several data sets are seen."""

from collections.abc import Sequence

import numpy as np
import torch

from vitpose_plus.engine.batches import Key, Order
from vitpose_plus.training.config import Sampling


def epoch_order(sizes: Sequence[int], sampling: Sampling, seed: int) -> Order:
    """The samples of each epoch, whichever epoch is asked for.

    Args:
        sizes: instances of each data set; their indices follow one another.
        sampling: how the sets share an epoch.
        seed: of the order.
    """
    if sampling.kind == "proportional":
        return lambda epoch: _every_instance_once(sum(sizes), seed, epoch)
    shares = quotas(sizes, 1 / sampling.temperature if sampling.kind == "temperature" else 0.0)
    return lambda epoch: _shared(sizes, shares, seed, epoch)


def quotas(sizes: Sequence[int], exponent: float) -> list[int]:
    """Draws of each set in an epoch as long as all sets, in proportion to size ** exponent.

    Rounded by the largest remainder; a set without instances gets none.
    """
    total = sum(sizes)
    weights = np.array([size**exponent if size else 0.0 for size in sizes])
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(int)
    nearest = np.argsort(whole - exact, kind="stable")
    whole[nearest[: total - whole.sum()]] += 1
    return whole.tolist()


def _every_instance_once(total: int, seed: int, epoch: int) -> list[Key]:
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    return [(epoch, index) for index in torch.randperm(total, generator=generator).tolist()]


def _shared(sizes: Sequence[int], shares: Sequence[int], seed: int, epoch: int) -> list[Key]:
    """Each set's next draws, in their order, at random places of the epoch."""
    places = np.random.default_rng(_seed(seed, len(sizes), epoch)).permutation(sum(shares))
    order = np.empty((len(places), 2), np.int64)
    starts, begins = np.cumsum([0, *sizes]), np.cumsum([0, *shares])
    for number, (size, share) in enumerate(zip(sizes, shares, strict=True)):
        own = np.sort(places[begins[number] : begins[number + 1]])
        passes, indices = _draws(size, epoch * share, share, seed, number)
        order[own, 0], order[own, 1] = passes, starts[number] + indices
    return list(zip(*order.T.tolist(), strict=True))


def _draws(size: int, first: int, count: int, seed: int, number: int) -> tuple[np.ndarray, ...]:
    """The passes and indices of one set's draws `first` to `first + count`.

    A set is gone through in shuffled passes without end, whatever part of one an epoch takes: no
    instance is seen a second time more often than another.
    """
    if not count:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    at = np.arange(first, first + count)
    begun = range(first // size, (first + count - 1) // size + 1)
    shuffled = [np.random.default_rng(_seed(seed, number, one)).permutation(size) for one in begun]
    return at // size, np.concatenate(shuffled)[at - begun[0] * size]


def _seed(seed: int, number: int, turn: int) -> np.random.SeedSequence:
    """Of one pass through one set, or of an epoch; no augmentation draws from the same."""
    return np.random.SeedSequence(seed, spawn_key=(number, turn))
