"""In what precision a machine trains well."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Literal

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from vitpose_plus.engine.config import Precision

FEW_TOKENS = 64
Resolved = Literal["32-true", "bf16-mixed", "16-mixed"]
_TYPES = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}


def resolve_precision(precision: Precision) -> Resolved:
    """What `auto` means here: bfloat16 where the processor multiplies it natively."""
    if precision != "auto":
        return precision
    if torch.cuda.is_available():
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16-mixed" if native else "16-mixed"
    # Where it is emulated, bfloat16 is slower than float32.
    return "bf16-mixed" if torch.cpu._is_avx512_bf16_supported() else "32-true"


def autocast(precision: Precision, device: torch.device) -> AbstractContextManager:
    """Matrix products and convolutions in this precision; weights and losses stay float32."""
    resolved = resolve_precision(precision)
    if resolved == "32-true":
        return nullcontext()
    return torch.autocast(device.type, _TYPES[resolved])


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
