"""Blocks whose insides are computed again in the backward pass instead of being kept."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import cast

from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from vitpose_plus.models.dispatch import Dispatch


def recomputed(block: nn.Module, x: Tensor, dispatch: Dispatch, paths: Tensor | None) -> Tensor:
    """What the block gives, for the memory of its input alone; see `Block.forward`."""
    contexts = partial(_of_both_passes, block)
    return checkpoint(block, x, dispatch, paths, use_reentrant=False, context_fn=contexts)


def _of_both_passes(block: nn.Module) -> tuple[AbstractContextManager, AbstractContextManager]:
    """The second pass gathers no statistics again."""
    return nullcontext(), _without_statistics(block)


@contextmanager
def _without_statistics(block: nn.Module) -> Iterator[None]:
    norms = [module for module in block.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    counts = [cast(Tensor, norm.num_batches_tracked).clone() for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum, count in zip(norms, momenta, counts, strict=True):
            norm.momentum, norm.num_batches_tracked = momentum, count
