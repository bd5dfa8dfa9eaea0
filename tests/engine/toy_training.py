"""A small training that its tests stop in every way, each in a process of its own."""

import json
import multiprocessing
import os
import resource
import signal
import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from vitpose_plus.engine.batches import GlobalBatches
from vitpose_plus.engine.config import Optimisation, Run
from vitpose_plus.engine.examined import Examined
from vitpose_plus.engine.objective import Losses, Objective
from vitpose_plus.engine.optimise import optimise
from vitpose_plus.engine.world import World, joined
from vitpose_plus.errors import VitposeError
from vitpose_plus.replacement import replacing

SAMPLES = 22
MEASURED = {"samples_per_second", "data_wait"}


class Points(Dataset):
    """Samples that depend on (pass, index) alone, as augmented ones do."""

    def __getitem__(self, key):
        numbers = torch.Generator().manual_seed(key[0] * 1000 + key[1])
        x = torch.randn(5, generator=numbers)
        return x, x.sum().sin(), key[1]


class Fit(Objective):
    """A network with dropout learns a sine."""

    def __init__(self, fault: dict) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(5, 16),
            nn.GELU(),
            nn.Dropout(0.0 if "no_dropout" in fault else 0.2),
            nn.Linear(16, 16),
            nn.Linear(16, 1),
        )
        self.multiply_adds, self.fault, self.calls = 300, fault, 0

    def forward(self, batch):
        x, wanted, index = batch
        self.calls += 1
        if self.fault.get("kill_at") == self.calls:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault.get("stop_at") == self.calls:
            os.kill(os.getpid(), signal.SIGTERM)
        if self.fault.get("stop_all_at") == self.calls:
            os.killpg(0, signal.SIGTERM)
        if self.fault.get("nan_at") == self.calls:
            x = x * torch.nan
        losses = (self.network(x)[:, 0] - wanted) ** 2
        even = losses[index % 2 == 0]
        parts = {"loss": (losses.sum(), len(losses)), "loss_even": (even.sum(), len(even))}
        return Losses(losses.mean(), {name: (s.detach(), n) for name, (s, n) in parts.items()})

    def units(self):
        return [self.network[3]]

    def parameter_groups(self, optimisation, rate):
        first, rest = list(self.network[0].parameters()), list(self.network[1:].parameters())
        return [
            {"params": first, "name": "first", "lr": rate / 2, "weight_decay": 0.0},
            {"params": rest, "name": "rest", "lr": rate, "weight_decay": 0.1},
        ]

    def to_device(self, batch, device):
        return [part.to(device) for part in batch]

    def record_names(self, batch):
        return [f"point {index}" for index in batch[2].tolist()]

    def write(self, weights, folder):
        if "stop_in_writing" in self.fault and folder.name == "last":
            os.kill(os.getpid(), signal.SIGTERM)
        with replacing(folder) as part:
            torch.save(weights, part / "weights.pt")


def order(epoch):
    numbers = torch.Generator().manual_seed(epoch)
    return [(epoch, index) for index in torch.randperm(SAMPLES, generator=numbers).tolist()]


def recipe(**changes):
    optimisation = Optimisation(learning_rate=0.02, warmup_steps=3, milestones=(0.7,))
    usual = {"epochs": 4, "batch_size": 4, "workers": 0, "log_every": 4, "precision": "32-true"}
    return Run(**(usual | {"optimisation": optimisation} | changes))


def train(folder: Path, run: Run, fault: dict, world: World, fingerprint: str = "toy"):
    torch.manual_seed(0)
    objective = Fit(fault).to(world.device)
    sizes = {"world_size": world.size, "rank": world.rank, "accumulate": run.accumulate}
    loader = DataLoader(
        Points(),
        batch_sampler=GlobalBatches(order, run.batch_size, **sizes),
        num_workers=run.workers,
        persistent_workers=run.workers > 0,
    )

    def examine(epoch: int) -> Examined:
        if fault.get("kill_in_examination") == epoch:
            os.kill(os.getpid(), signal.SIGKILL)
        if fault.get("stop_in_examination") == epoch:
            os.kill(os.getpid(), signal.SIGTERM)
        objective.eval()
        x, wanted, _ = next(iter(DataLoader(Points(), 16, sampler=[(99, i) for i in range(16)])))
        with torch.no_grad():
            error = float((objective.network(x)[:, 0] - wanted).square().mean())
        return Examined({"error": error}, -error)

    return optimise(
        objective,
        loader,
        run,
        folder,
        world=world,
        seed=7,
        fingerprint=fingerprint,
        examine=examine,
        progress=False,
    )


def work(folder: Path, changes: dict, fault: dict, fingerprint: str) -> None:
    """What a process does; a message for the user goes to `error.txt`."""
    os.setpgrp()
    # As a user's program does. Begun by a fork server, this one would have a server begin its
    # loaders, which look whether their parent is there: they would outlive it.
    multiprocessing.set_start_method("fork", force=True)
    if "file_limit" in fault:
        # A disk without room, as far as this process is concerned.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault["file_limit"], fault["file_limit"]))
    try:
        with joined("cpu") as world:
            train(folder, recipe(**changes), fault, world, fingerprint)
    except VitposeError as error:
        (folder / "error.txt").write_text(f"{type(error).__name__}: {error}")
        sys.exit(1)


def outcome(folder: Path):
    """The models' weights and the curves: what must not depend on what happened on the way."""
    models = {
        name: torch.load(folder / name / "weights.pt", weights_only=True)
        for name in ("best", "last")
    }
    weights = {
        name: {key: value.tolist() for key, value in model.items()}
        for name, model in models.items()
    }
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    curves = [line for line in lines if "metrics" in line]
    for line in curves:
        for name in MEASURED:
            line["metrics"].pop(name, None)
    return weights, curves
