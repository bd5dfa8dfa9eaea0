"""In what precision a machine trains well."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from vitpose_plus.training.config import Precision

FEW_TOKENS = 64
LightningPrecision = Literal["32-true", "bf16-mixed", "16-mixed"]


def resolve_precision(precision: Precision) -> LightningPrecision:
    """What `auto` means here: bfloat16 where the processor multiplies it natively."""
    if precision != "auto":
        return precision
    if torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
    # Where it is emulated, bfloat16 is slower than float32.
    return "bf16-mixed" if torch.cpu._is_avx512_bf16_supported() else "32-true"


@contextmanager
def fast_attention(tokens: int) -> Iterator[None]:
    """On a CPU, keep scaled-dot-product attention of few tokens from its flash kernel.

    That kernel's backward pass saves memory that a few dozen tokens do not need: without it a
    bfloat16 training step of the tiny model, of 48 tokens, takes a sixth less
    (benchmarks/training_step.py). At 192 tokens the kernel halves memory and takes less time.
    """
    if torch.cuda.is_available() or tokens > FEW_TOKENS:
        yield
    else:
        with sdpa_kernel(SDPBackend.MATH):
            yield
