r"""One training by one process and by two, at the same work: seconds, losses, bytes between them.

    kedro run --pipeline=ingest
    python benchmarks/scaling.py run data/sample/tables/{coco,mpii}   # as root: it counts bytes
    python benchmarks/scaling.py paper                                # 8, 64 and 512 GPUs, no run

The real worker trains under torch elastic, as `kedro run` starts it, over gloo on this CPU: the
same global batches in the same order, however many processes share them. Three arms take turns: one
process with one thread; one with two; two with one each, which have the two threads' cores and must
talk. Seconds are the journal's, from the step after `WARM` on, medians over the rounds.

Bytes: two such trainings, of a few steps and of more, each in a network namespace of its own, whose
loopback counts what crosses. The difference belongs to the steps between, half of it to each
process; it is compared with `planning.scaling`, by which a ring's processes send 2 (N-1)/N of the
gradients. `paper` is that module's projection, with EFA between nodes and with the TCP that the
shipped image speaks; nothing of it was measured.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import torch

from vitpose_plus.datasets.manifest import read_manifest, write_manifest
from vitpose_plus.datasets.split import read_split
from vitpose_plus.datasets.table import write_table
from vitpose_plus.engine.config import Launch, Strategy
from vitpose_plus.engine.history import HISTORY, Figures, read_history
from vitpose_plus.engine.launch import launch
from vitpose_plus.geometry import Augmentation
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.planning.counts import PUBLISHED
from vitpose_plus.planning.machines import CARDS, GIGABIT, peak
from vitpose_plus.planning.prices import Offer, read_prices
from vitpose_plus.planning.scaling import BYTES, Cluster, Exchange, Links, step_time
from vitpose_plus.planning.utilisation import assumed
from vitpose_plus.planning.work import Recipe, Work, plan_work
from vitpose_plus.training.config import Training
from vitpose_plus.training.job import Fitted, PoseJob, TrainingSplit

WARM, TIMED, BATCH = 3, 12, 32
FEW, MANY = 3, 9  # steps of the trainings whose bytes are counted
SCORED = 8  # instances, in the end
INPUT_SIZE = (128, 96)
MACHINES = ("p4d.24xlarge", "p5.48xlarge")  # of paper, with their networks in PRICES
PRICES = Path(__file__).parents[1] / "conf" / "prices.yml"


@dataclass(frozen=True)
class Arm:
    """One way to share the work."""

    processes: int
    threads: int
    strategy: Strategy = "ddp"


ARMS = (Arm(1, 1), Arm(1, 2), Arm(2, 1))


def shorten(tables: Sequence[Path], folder: Path, count: int) -> tuple[TrainingSplit, ...]:
    """So many instances of the data sets together, as ingested tables of their own."""
    found = []
    for source in tables:
        split, manifest = read_split(source, "train"), read_manifest(source)
        rows, place = split.trainable(), folder / source.name
        place.mkdir(parents=True)
        few = rows.take([i % len(rows) for i in range(count // len(tables))])
        write_table(few, place / manifest.splits["train"].table)
        write_manifest(replace(manifest, splits={"train": manifest.splits["train"]}), place)
        found.append(TrainingSplit(tables=place, split="train"))
    return tuple(found)


def job(
    size: str, tables: Sequence[Path], arm: Arm, folder: Path, *, steps: int, log: int
) -> PoseJob:
    """One epoch of so many steps, and a scoring that does not grow with them."""
    splits = shorten(tables, folder / "train", BATCH * steps)
    held_out = shorten(tables, folder / "held_out", SCORED)
    opened = [read_split(each.tables, "train") for each in splits]
    tasks = tuple(Task(name=split.name, skeleton=split.skeleton) for split in opened)
    training = Training(
        epochs=1,
        batch_size=BATCH,
        precision="32-true",
        workers=0,
        augmentation=Augmentation(centre_jitter=0.0),
        log_every=log,
        panels=0,
        launch=Launch(processes=arm.processes, strategy=arm.strategy, restarts=0),
    )
    return PoseJob(
        model=ViTPoseConfig(
            size=size, input_size=INPUT_SIZE, ffn="partially_shared", drop_path=0.0, tasks=tasks
        ),
        training=training,
        train=splits,
        held_out=held_out,
        folder=folder / "run",
        progress=False,
    )


def train(given: PoseJob) -> list[Figures]:
    """Its journal's figures."""
    launch("vitpose_plus.training.worker", given, given.training.launch, given.folder, Fitted)
    return [line for line in read_history(given.folder / HISTORY) if isinstance(line, Figures)]


def timed(size: str, tables: Sequence[Path], arm: Arm) -> tuple[float, list[float]]:
    """Seconds a step, and every step's loss."""
    # Threads that wait do not take the core from other work of the machine.
    os.environ |= {"OMP_NUM_THREADS": str(arm.threads), "OMP_WAIT_POLICY": "passive"}
    with TemporaryDirectory() as folder:
        lines = train(job(size, tables, arm, Path(folder), steps=WARM + TIMED, log=1))
    steps = [line.metrics for line in lines if "samples_per_second" in line.metrics]
    seconds = [BATCH / each["samples_per_second"] for each in steps[WARM:]]
    return statistics.median(seconds), [each["loss"] for each in steps]


def crossed() -> int:
    """Bytes that this namespace's loopback has carried, TCP's headers among them."""
    line = next(x for x in Path("/proc/self/net/dev").read_text().splitlines() if "lo:" in x)
    return int(line.split(":")[1].split()[0])


def bytes_a_step(size: str, tables: Sequence[Path], strategy: str) -> float:
    """What each of two processes sends in a step: counted."""
    found = []
    for steps in (FEW, MANY):
        command = [sys.executable, __file__, "count", size, strategy, str(steps), *map(str, tables)]
        inside = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *command]
        own = os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
        told = subprocess.run(inside, env=own, stdout=subprocess.PIPE, text=True, check=True)
        found.append(json.loads(told.stdout.splitlines()[-1]))
    return (found[1] - found[0]) / (MANY - FEW) / 2


def count(size: str, tables: Sequence[Path], strategy: Strategy, steps: int) -> None:
    """Inside a namespace: train, and tell what crossed the loopback."""
    with TemporaryDirectory() as folder:
        train(job(size, tables, Arm(2, 1, strategy), Path(folder), steps=steps, log=10**6))
    print(json.dumps(crossed()))


def run(size: str, tables: Sequence[Path], rounds: int) -> None:
    """The arms side by side, then the bytes."""
    load = os.getloadavg()[0]
    print(f"torch {torch.__version__}, CPU, load {load:.2f} before; ViTPose+-{size.upper()},")
    print(f"{INPUT_SIZE[0]}x{INPUT_SIZE[1]}, global batch {BATCH}, {TIMED} steps, float32, gloo")
    times: dict[Arm, list[float]] = {arm: [] for arm in ARMS}
    losses: dict[Arm, list[float]] = {}
    for _ in range(rounds):
        for arm in ARMS:
            seconds, losses[arm] = timed(size, tables, arm)
            times[arm].append(seconds)
    first = statistics.median(times[ARMS[0]])
    for arm in ARMS:
        seconds = statistics.median(times[arm])
        apart = max(
            abs(mine - wanted) / wanted
            for mine, wanted in zip(losses[arm], losses[ARMS[0]], strict=True)
        )
        print(
            f"{arm.processes} x {arm.threads} threads  {seconds:7.3f} s a step  "
            f"x{first / seconds:.2f}  losses differ by {apart:.1e} of themselves at most",
            flush=True,
        )
    for strategy in get_args(Strategy):
        counted = bytes_a_step(size, tables, strategy)
        exchange = exchange_of(size, tables, strategy)
        formula = exchange.sent(2)
        print(
            f"{strategy:4}  a process sends {counted / 1e6:7.3f} MB a step, "
            f"by the formula {formula / 1e6:7.3f}: x{counted / formula:.4f}",
            flush=True,
        )
        if strategy == "fsdp":
            # Gloo has no scattering sum: it sums all and keeps its part (2 rounds, not 1).
            formula += BYTES * exchange.parameters / 2
            print(
                f"      with gloo's way to scatter   {formula / 1e6:7.3f}: x{counted / formula:.4f}"
            )


def exchange_of(size: str, tables: Sequence[Path], strategy: Strategy) -> Exchange:
    """What the formula is told of the network that `job` trains."""
    names = [read_manifest(each) for each in tables]
    tasks = tuple(Task(name=each.dataset, skeleton=each.skeleton) for each in names)
    with torch.device("meta"):
        network = ViTPose(
            ViTPoseConfig(size=size, input_size=INPUT_SIZE, ffn="partially_shared", tasks=tasks)
        )
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    parameters = sum(p.numel() for p in network.parameters() if p.requires_grad)
    return Exchange(parameters, tuple(norm.num_features for norm in norms), strategy)


def paper() -> None:
    """Efficiency on paper: arithmetic's share of a step, and its milliseconds."""
    links = Links()
    print(f"assumed: {links}")
    offers = {o.gpu: o for o in read_prices(PRICES).offers if o.instance in MACHINES}
    for gpu, offer in offers.items():
        print(f"{gpu}: {peak(gpu) / 1e12:.0f} TFLOP/s, {CARDS[gpu].link} GB/s inside a node of 8;")
        print(
            f"    between nodes {offer.efa_gbits:g} Gbit/s by EFA, {offer.network_gbits:g} by TCP"
        )
    print("strong: 1,024 samples a step together; weak: 128 a GPU; six tasks, 256x192")
    columns = ("8 GPUs", "64, EFA", "64, TCP", "512, EFA", "512, TCP")
    print(f"{'size  GPU    MFU  ':25}" + "".join(f"{each:>18}" for each in columns))
    for size in ("s", "b", "l", "h"):
        recipe = Recipe(
            kind="train",
            size=size,
            epochs=1,
            batch_size=1024,
            validate_every=1,
            recompute=size == "h",
        )
        work = plan_work(recipe, tuple(PUBLISHED.values()))
        for offer in offers.values():
            for kind in ("strong", "weak"):
                cells = "".join(
                    projected(work, offer, nodes, gbits, kind, links)
                    for nodes in (1, 8, 64)
                    for gbits in ((None,) if nodes == 1 else (offer.efa_gbits, offer.network_gbits))
                )
                share = assumed(size).expected
                print(f"{size:5} {offer.gpu:5} {share:5.0%}  {kind:6}{cells}", flush=True)


def projected(
    work: Work, offer: Offer, nodes: int, gbits: float | None, kind: str, links: Links
) -> str:
    """One cell of the table."""
    size, gpu = work.recipe.size, offer.gpu
    exchange = Exchange.of(work.network, "fsdp" if size == "h" else "ddp", 1)
    network = None if gbits is None else gbits * GIGABIT
    cluster = Cluster(offer.count, nodes, CARDS[gpu].link * 1e9, network)
    own = work.recipe.batch_size / cluster.size if kind == "strong" else 128
    flops = work.flops_a_sample + work.repeated_flops / work.samples
    time = step_time(exchange, cluster, own * flops / (peak(gpu) * assumed(size).expected), links)
    return f"{time.efficiency:9.0%} {time.whole * 1e3:5.0f} ms"


def main() -> None:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("paper")
    measured = commands.add_parser("run")
    measured.add_argument("tables", nargs="+", type=Path)
    measured.add_argument("--size", default="tiny")
    measured.add_argument("--rounds", type=int, default=3)
    inside = commands.add_parser("count")
    inside.add_argument("size")
    inside.add_argument("strategy")
    inside.add_argument("steps", type=int)
    inside.add_argument("tables", nargs="+", type=Path)
    given = parser.parse_args()
    if given.command == "paper":
        paper()
    elif given.command == "run":
        run(given.size, given.tables, given.rounds)
    else:
        count(given.size, given.tables, given.strategy, given.steps)


if __name__ == "__main__":
    main()
