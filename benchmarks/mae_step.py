"""A training step of the masked auto-encoder beside transformers' ViTMAE of the same shape.

    python benchmarks/mae_step.py [SIZE:BATCH …] [--rounds N]

Forward, backward and fused AdamW at 256x192 with the published decoder and mask, in float32 and
in bfloat16 by autocast, on this CPU: s:32 and b:8 unless others are named. Steps of both are
interleaved in one process; printed are the median step by the clock, the ratio of the medians by
the clock and by CPU time (steadier where others use the machine), and what a step adds to the
resident memory at its height (Linux). Nothing is asserted: machines differ. That both compute the
same is what tests/models/test_mae_parity.py is for.
"""

import argparse
import ctypes
import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import ViTMAEConfig, ViTMAEForPreTraining

from vitpose_plus.models.mae import MAE, multiply_adds
from vitpose_plus.models.mae_config import MAEConfig

LOSS = Callable[[Tensor, Tensor], Tensor]


class AnyShape(ViTMAEForPreTraining):
    """Theirs refuses rectangles in one place only, and need not."""

    def patchify(self, pixel_values: Tensor, interpolate_pos_encoding: bool = False) -> Tensor:
        """As theirs."""
        return super().patchify(pixel_values, interpolate_pos_encoding=True)


class Step:
    """One model's training step on the same random pictures, with new noise each time."""

    def __init__(
        self, network: nn.Module, loss: LOSS, config: MAEConfig, batch: int, *, bf16: bool
    ):
        self.network, self.loss, self.bf16 = network.train(), loss, bf16
        learned = [p for p in network.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(learned, lr=1e-5, fused=True)
        self.images = torch.randn(batch, 3, *config.input_size)
        self.patches = config.patches

    def __call__(self) -> None:
        """Take it."""
        noise = torch.rand(len(self.images), self.patches)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            loss = self.loss(self.images, noise)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()


def ours(config: MAEConfig) -> tuple[nn.Module, LOSS]:
    """Our model and its loss."""
    model = MAE(config)
    return model, lambda images, noise: model(images, noise).mean()


def theirs(config: MAEConfig) -> tuple[nn.Module, LOSS]:
    """Theirs of the same shape."""
    size, width = config.dimensions, config.decoder_width
    model = AnyShape(
        ViTMAEConfig(
            hidden_size=size.width,
            num_hidden_layers=size.depth,
            num_attention_heads=size.heads,
            intermediate_size=size.hidden,
            layer_norm_eps=1e-6,
            image_size=config.input_size[0],
            decoder_hidden_size=width,
            decoder_num_hidden_layers=config.decoder_depth,
            decoder_num_attention_heads=config.decoder_heads,
            decoder_intermediate_size=4 * width,
            mask_ratio=config.mask_ratio,
            norm_pix_loss=config.normalise_pixels,
        )
    )
    # Built square, then given the rectangle's tables.
    embeddings = model.vit.embeddings
    embeddings.image_size = config.input_size
    for module, table in (
        (embeddings, "position_embeddings"),
        (model.decoder, "decoder_pos_embed"),
    ):
        values = torch.randn(1, 1 + config.patches, getattr(module, table).shape[2])
        setattr(module, table, nn.Parameter(values, requires_grad=False))
    return model, lambda images, noise: model(images, noise=noise).loss


def seconds(steps: dict[str, Step], rounds: int) -> dict[str, tuple[float, float]]:
    """Median step of each by the clock and by CPU time, each once a round, after one to warm up."""
    for step in steps.values():
        step()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            clock, cpu = time.perf_counter(), time.process_time()
            step()
            taken[name].append((time.perf_counter() - clock, time.process_time() - cpu))
    return {name: tuple(map(statistics.median, zip(*t, strict=True))) for name, t in taken.items()}


def peak_megabytes(step: Step) -> float:
    """What a step adds to the process's resident memory at its height (Linux)."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the height starts anew
    before = kilobytes("VmRSS")
    step()
    return (kilobytes("VmHWM") - before) / 1024


def kilobytes(field: str) -> int:
    """A figure of this process's status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def compare(config: MAEConfig, batch: int, rounds: int, *, bf16: bool) -> None:
    """Print one table."""
    torch.manual_seed(0)
    makers = {"transformers": theirs, "ours": ours}
    steps = {name: Step(*make(config), config, batch, bf16=bf16) for name, make in makers.items()}
    taken = seconds(steps, rounds)
    heights = {name: peak_megabytes(step) for name, step in steps.items()}
    precision = "bfloat16" if bf16 else "float32"
    print(f"MAE-{config.size.upper()}, batch {batch}, {precision}, {rounds} rounds", flush=True)
    clock, cpu = taken["transformers"]
    for name, (own_clock, own_cpu) in taken.items():
        speed = f"{batch / own_clock:6.2f} samples/s  x{clock / own_clock:.2f} by the clock"
        cpu_ratio = f"x{cpu / own_cpu:.2f} by CPU time"
        print(f"    {name:13} {speed}  {cpu_ratio}  {heights[name]:6.0f} MB", flush=True)


def main() -> None:
    """All that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shapes", nargs="*", default=["s:32", "b:8"], metavar="SIZE:BATCH")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    for shape in arguments.shapes:
        size, batch = shape.split(":")
        config = MAEConfig(size=size)
        print(f"MAE-{size.upper()}: {multiply_adds(config) / 1e9:.2f} G multiply-adds a sample")
        for bf16 in (False, True):
            compare(config, int(batch), arguments.rounds, bf16=bf16)


if __name__ == "__main__":
    main()
