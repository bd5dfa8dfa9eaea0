"""Speed of the models on a CPU against two peers, side by side in one process.

    python benchmarks/model_speed.py [inference|training] [SIZE …]

Inference: transformers' VitPose with the same weights, at batches of 1, 8 and 32. Training: one
step of a mixed six-task batch of 32 against the formulation that computes every expert and
decoder on every sample and masks, as the official code does; in float32, and in the precision
that `training.precision: auto` takes where that is another. Runs of the peers are interleaved;
medians are printed. Nothing is asserted but that all compute the same: machines differ.
"""

import ctypes
import gc
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim import AdamW

from vitpose_plus.checkpoints import export_huggingface
from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.precision import fast_attention, resolve_precision
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.inference.acceleration import accelerate
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.loss import heatmap_loss
from vitpose_plus.training.optimiser import parameter_groups

TASKS = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in OFFICIAL_ORDER)
BATCH = 32


def random_model(size: str, *, plus: bool) -> ViTPose:
    """Random weights large enough that a difference would show."""
    torch.manual_seed(0)
    ffn, tasks = ("partially_shared", TASKS) if plus else ("plain", TASKS[:1])
    model = ViTPose(ViTPoseConfig(size=size, ffn=ffn, tasks=tasks))
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.03)
    return model


def medians(rivals: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds a call, each rival once a round, after one warm-up call."""
    for call in rivals.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, call in rivals.items():
            began = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(found) for name, found in seconds.items()}


def report(title: str, found: dict[str, float]) -> None:
    """One line a rival: milliseconds, and how many times the first one's speed."""
    first = next(iter(found.values()))
    print(title)
    for name, seconds in found.items():
        print(f"    {name:34} {1e3 * seconds:8.0f} ms   x{first / seconds:.2f}", flush=True)


def transformers_peer(model: ViTPose, *, plus: bool) -> Callable[[Tensor], Tensor]:
    """transformers' model with these weights, asked for COCO."""
    from transformers import VitPoseForPoseEstimation

    with TemporaryDirectory() as folder:
        export_huggingface(model, Path(folder) / "peer", "coco", experts=plus)
        peer = VitPoseForPoseEstimation.from_pretrained(Path(folder) / "peer").eval()

    def call(images: Tensor) -> Tensor:
        index = torch.zeros(len(images), dtype=torch.long) if plus else None
        return peer(images, dataset_index=index).heatmaps

    return call


@torch.inference_mode()
def inference(size: str, *, plus: bool) -> None:
    """COCO heatmaps of random pictures."""
    model = random_model(size, plus=plus).eval()
    peer, fast = transformers_peer(model, plus=plus), accelerate(model, "coco")
    plain = model.for_task("coco")
    name = f"ViTPose{'+' if plus else ''}-{size.upper()}"
    for batch in (1, 8, BATCH):
        images = torch.randn(batch, 3, *model.config.input_size)
        expected = peer(images)
        for heatmaps in (model(images, "coco"), fast(images)):
            assert (heatmaps - expected).abs().max() <= 1e-4 * expected.abs().max()
        rivals = {
            "transformers": lambda images=images: peer(images),
            "ours, as it trains": lambda images=images: model(images, "coco"),
            "ours, expert folded": lambda images=images: plain(images, "coco"),
            "ours, accelerate()": lambda images=images: fast(images),
        }
        report(f"{name}, inference, batch {batch}, float32", medians(rivals, 5 if batch > 8 else 9))


def everything_masked(model: ViTPose, images: Tensor, tasks: Tensor) -> list[Tensor]:
    """Every expert and decoder on every sample (official `vit_moe.py`, `top_down_moe.py`)."""
    backbone = model.backbone
    x = backbone.patch_embed(images) + backbone.pos_embed[:, 1:] + backbone.pos_embed[:, :1]
    for block in backbone.layers:
        x = x + block.attn(block.norm1(x))
        hidden = F.gelu(block.mlp.fc1(block.norm2(x)))
        own = torch.zeros_like(x[..., : model.config.dimensions.expert_width])
        for index, expert in enumerate(block.mlp.experts):
            own = own + expert(hidden) * (tasks == index)[:, None, None]
        x = x + torch.cat([block.mlp.fc2(hidden), own], -1)
    features = backbone.last_norm(x).transpose(1, 2).unflatten(2, backbone.grid)
    return [head(features) for head in model.heads]


class Steps:
    """Training steps of one formulation on the same random batch."""

    def __init__(self, size: str, *, dispatch: bool, bfloat16: bool) -> None:
        self.model = random_model(size, plus=True).to(memory_format=torch.channels_last)
        self.bfloat16 = bfloat16
        self.optimiser = AdamW(parameter_groups(self.model, Optimisation(), 1e-5))
        self.dispatch = dispatch
        config = self.model.config
        self.codec = HeatmapCodec(config.input_size, config.heatmap_size)
        self.images = torch.randn(BATCH, 3, *config.input_size)
        self.tasks = torch.arange(BATCH) % len(TASKS)
        self.points = torch.rand(BATCH, 133, 2) * config.input_size[1]

    def __call__(self) -> float:
        """One step; returns its loss."""
        self.optimiser.zero_grad()
        with fast_attention(math.prod(self.model.config.grid)):
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
                loss = self.dispatched() if self.dispatch else self.masked()
            loss.backward()
        self.optimiser.step()
        return loss.item()

    def dispatched(self) -> Tensor:
        """Each sample through its own expert and decoder."""
        losses = []
        for task, maps in self.model.by_task(self.images, self.tasks).items():
            points = self.points[self.tasks == task, : maps.shape[1]]
            target, weight = encode(points, torch.ones(points.shape[:2]), self.codec)
            losses.append(heatmap_loss(maps, target, weight, BATCH))
        return torch.stack(losses).sum()

    def masked(self) -> Tensor:
        """All through all, other sets' weights at zero."""
        losses = []
        for task, maps in enumerate(everything_masked(self.model, self.images, self.tasks)):
            points = self.points[:, : maps.shape[1]]
            target, weight = encode(points, torch.ones(points.shape[:2]), self.codec)
            weight = weight * (self.tasks == task)[:, None]
            losses.append(heatmap_loss(maps, target, weight, BATCH))
        return torch.stack(losses).sum()


@torch.no_grad()
def check_equal_losses(steps: dict[str, Steps]) -> None:
    """With fixed BatchNorms: in training each decoder sees its own samples, or all."""
    losses = []
    for step in steps.values():
        step.model.eval()
        losses.append(float(step.dispatched() if step.dispatch else step.masked()))
        step.model.train()
    assert max(losses) - min(losses) <= 1e-5 * max(losses), losses


def peak_megabytes(step: Steps) -> float:
    """What one step adds to the process's resident memory at its height (Linux)."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    step()
    return (_status("VmHWM") - before) / 1024


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def training(size: str) -> None:
    """Time and memory of a mixed step."""
    precisions = {"float32": False}
    if resolve_precision("auto") == "bf16-mixed":
        precisions["bfloat16"] = True
    steps = {
        f"{name}, {precision}": Steps(size, dispatch=dispatch, bfloat16=bfloat16)
        for precision, bfloat16 in precisions.items()
        for name, dispatch in {"all computed, then masked": False, "ours, dispatched": True}.items()
    }
    check_equal_losses(steps)
    report(
        f"ViTPose+-{size.upper()}, training step, six tasks in a batch of {BATCH}",
        medians(steps, 5),
    )
    peaks = {name: peak_megabytes(step) for name, step in steps.items()}
    first = next(iter(peaks.values()))
    for name, peak in peaks.items():
        print(f"    {name:34} {peak:8.0f} MB   x{peak / first:.2f} at the step's height")


if __name__ == "__main__":
    kind, *sizes = sys.argv[1:] or ["all"]
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    if kind in ("all", "inference"):
        for size in sizes or ["s", "b"]:
            inference(size, plus=True)
        inference("b", plus=False)
    if kind in ("all", "training"):
        for size in sizes or ["s"]:
            training(size)
