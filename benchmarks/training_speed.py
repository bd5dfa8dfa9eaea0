"""How fast the real training loop goes: the real reader, JPEG crops, AdamW, history, all of it.

    kedro run --pipeline=ingest
    python benchmarks/training_speed.py data/sample/tables/* --models tiny s s+ --batch 32
    python benchmarks/training_speed.py data/sample/tables/* --models b b+ --batch 256 \
        --decode device --compile    # on a GPU

Each model trains in a process of its own: `--samples` instances, spread over the data sets, are
cut out for its input, and an epoch goes over them; a first one warms up and is left out. Printed
are the median of the history's samples a second, the share of time spent waiting for a batch, the
MFU where the device's peak is known, and the most memory: of the process and its loaders
(resident, shared pages counted once a process), or what PyTorch took of the GPU. A `+` is ViTPose+
with an expert a data set; without, only the first data set is trained on. Nothing is asserted:
machines differ. `mae_step.py` has the auto-encoder's step beside transformers'.
"""

import argparse
import multiprocessing
import resource
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import torch

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.engine.batches import GlobalBatches
from vitpose_plus.engine.history import HISTORY, Figures, read_history
from vitpose_plus.engine.optimise import optimise
from vitpose_plus.engine.precision import resolve_precision
from vitpose_plus.engine.world import joined
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.training.batches import training_batches
from vitpose_plus.training.config import Training
from vitpose_plus.training.objective import PoseObjective

LINES = 5  # of the history, an epoch


@dataclass(frozen=True)
class Trial:
    """One model's training.

    Attributes:
        model: a size, with `+` for task experts.
        tables: folders that `ingest` wrote.
        input_size: (height, width) in pixels.
        samples: instances of an epoch, of all data sets together.
        training: the recipe.
    """

    model: str
    tables: Sequence[Path]
    input_size: tuple[int, int]
    samples: int
    training: Training

    def splits(self) -> list[Split]:
        """The training splits, as short as asked for."""
        folders = self.tables if self.model.endswith("+") else self.tables[:1]
        found = [read_split(folder, "train") for folder in folders]
        return [_shortened(split, self.samples // len(found)) for split in found]

    def network(self, splits: Sequence[Split]) -> ViTPose:
        """The model with a random start."""
        tasks = tuple(Task(name=split.name, skeleton=split.skeleton) for split in splits)
        ffn: Literal["partially_shared", "plain"] = "plain"
        if self.model.endswith("+"):
            ffn = "partially_shared"
        size = self.model.removesuffix("+")
        config = ViTPoseConfig(size=size, input_size=self.input_size, ffn=ffn, tasks=tasks)
        return ViTPose(config)


@dataclass(frozen=True)
class Found:
    """Figures of a trial; megabytes are 2^20 bytes."""

    samples_per_second: float
    data_wait: float
    mfu: float | None
    megabytes: float


def run(trial: Trial, folder: Path) -> Found:
    """Train two epochs and read the second one's history."""
    splits = trial.splits()
    stores = [_cut(split, trial, folder) for split in splits]
    with joined() as world:
        network = trial.network(splits).to(world.device, memory_format=torch.channels_last)
        loader = training_batches(network.config, trial.training, splits, 0, world, stores)
        optimise(
            PoseObjective(network, splits),
            loader,
            trial.training,
            folder / "run",
            world=world,
            seed=0,
            fingerprint="",
        )
        lines = [one for one in read_history(folder / "run" / HISTORY) if isinstance(one, Figures)]
        assert isinstance(loader.batch_sampler, GlobalBatches)
        timed = [line.metrics for line in lines if line.step > loader.batch_sampler.steps]
        timed = [metrics for metrics in timed if "samples_per_second" in metrics]
    del loader  # ends its processes, so that they are counted
    return Found(
        samples_per_second=statistics.median(one["samples_per_second"] for one in timed),
        data_wait=statistics.median(one["data_wait"] for one in timed),
        mfu=statistics.median(one["mfu"] for one in timed) if "mfu" in timed[0] else None,
        megabytes=_most_memory(trial.training.workers),
    )


def _shortened(split: Split, count: int) -> Split:
    rows = split.trainable()
    return replace(split, table=rows.take([i % len(rows) for i in range(count)]))


def _cut(split: Split, trial: Trial, folder: Path) -> CropStore:
    place = folder / "crops" / split.name
    build_crops(split, place, trial.training.augmentation, trial.input_size, progress=False)
    return CropStore(place)


def _most_memory(workers: int) -> float:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved() / 2**20
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest_loader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + workers * largest_loader) / 2**10


def _in_a_process(trial: Trial) -> Found:
    spawned = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as folder, ProcessPoolExecutor(1, mp_context=spawned) as pool:
        return pool.submit(run, trial, Path(folder)).result()


def main() -> None:
    """All that is asked for, a line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLES")
    parser.add_argument("--models", nargs="+", default=["tiny", "s", "s+"])
    parser.add_argument("--input", nargs=2, type=int, default=[256, 192], metavar=("H", "W"))
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--samples", type=int, default=640)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--decode", choices=["loader", "device"], default="loader")
    parser.add_argument("--compile", action="store_true")
    given = parser.parse_args()
    steps = -(-given.samples // given.batch)
    training = Training(
        epochs=2,
        batch_size=given.batch,
        workers=given.workers,
        decode=given.decode,
        compile=given.compile,
        log_every=max(steps // LINES, 1),
        validate_every=2,
    )
    tables = [folder for folder in given.tables if (folder / "train.parquet").exists()]
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(
        f"torch {torch.__version__}, {device}, {torch.get_num_threads()} threads, "
        f"{resolve_precision(training.precision)}, {given.input[0]}x{given.input[1]}, "
        f"batch {given.batch}, {given.workers} loaders, decoded by the {given.decode}"
    )
    for model in given.models:
        found = _in_a_process(
            Trial(model, tables, (given.input[0], given.input[1]), given.samples, training)
        )
        mfu = "" if found.mfu is None else f"  MFU {found.mfu:.1%}"
        print(
            f"ViTPose-{model.upper():6} {found.samples_per_second:8.1f} samples/s  "
            f"data wait {found.data_wait:.1%}{mfu}  {found.megabytes:7.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
