"""`mlflow models serve` beside a plain loop over `estimate`, on the same pictures in one run.

    python benchmarks/serving.py MODEL TABLES [REQUESTS]

MODEL is a folder that a training or `save_model` wrote, TABLES an ingested data set with a split
`val`: after the main job, in its folder, data/sample/models/vitpose_plus/best and
data/sample/tables/coco. On a machine that other work shares, set OMP_NUM_THREADS=1: it counts for
the loop as for the server.

The model is logged afresh into a SQLite store and served from there by MLflow's own command, in its
standard setting: one process. A request is one picture with its boxes. The loop calls `estimate`
with one picture and its boxes at a time, from files. Loop, 1 client and 8 clients take turns;
figures are of all rounds. The clients are threads of this process and run on the same cores, as
does all else on a small machine: a client elsewhere leaves more to the server.

Then the server's memory over REQUESTS (2,000) more, and 500 malformed requests of five kinds.
"""

import base64
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import mlflow
import numpy as np
import psutil
import requests
import torch

from pipelines.tracking import log_model
from vitpose_plus import estimate, load_model
from vitpose_plus.datasets.split import read_split

TASK = "coco"
PICTURES = 100
ROUNDS = 3
CLIENTS = (1, 8)
MALFORMED = 500


class Case(NamedTuple):
    """One picture with its instances."""

    picture: Path
    boxes: list[list[float]]

    def body(self) -> bytes:
        """The request that asks for it."""
        image = base64.b64encode(self.picture.read_bytes()).decode()
        rows = [{"image": image, "boxes": self.boxes}]
        return json.dumps({"dataframe_records": rows, "params": {"task": TASK}}).encode()


def read_cases(tables: Path) -> list[Case]:
    """The first held-out pictures."""
    split = read_split(tables, "val")
    table = split.trainable()
    boxes: dict[str, list[list[float]]] = {}
    for name, box in zip(table.column("file_name"), table.bbox, strict=True):
        boxes.setdefault(str(name), []).append(box.tolist())
    return [Case(split.images / name, own) for name, own in list(boxes.items())[:PICTURES]]


@contextmanager
def served(model: Path, case: Case, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The server's address and process."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_experiment(
        experiment_id=mlflow.create_experiment("serving", (folder / "artifacts").as_uri())
    )
    with mlflow.start_run() as run:
        log_model(model, case.picture, case.boxes[0])
    (logged,) = mlflow.get_run(run.info.run_id).outputs.model_outputs
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    binaries = Path(sys.executable).parent
    command = [binaries / "mlflow", "models", "serve", "-m", f"models:/{logged.model_id}"]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [*command, "--env-manager", "local", "--port", port],
            env=os.environ
            | {"MLFLOW_TRACKING_URI": mlflow.get_tracking_uri()}
            | {"PATH": f"{binaries}:{os.environ['PATH']}"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/ping", process)
        # MLflow's command starts the server as its child, or as the child of a shell.
        *_, server = [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]
        yield f"http://127.0.0.1:{port}/invocations", server
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for(ping: str, process: subprocess.Popen) -> None:
    """Until the server answers."""
    while process.poll() is None:
        try:
            requests.get(ping, timeout=5)
            return
        except requests.ConnectionError:
            time.sleep(0.2)
    sys.exit("the server ended before it answered")


def ask(address: str, bodies: list[bytes], clients: int) -> list[tuple[float, int]]:
    """Post all bodies; each answer's seconds and status."""

    def client(share: list[bytes]) -> list[tuple[float, int]]:
        answers = []
        with requests.Session() as session:
            session.headers["Content-Type"] = "application/json"
            for body in share:
                began = time.perf_counter()
                answer = session.post(address, data=body, timeout=60)
                answers.append((time.perf_counter() - began, answer.status_code))
        return answers

    with ThreadPoolExecutor(clients) as threads:
        shares = [bodies[i::clients] for i in range(clients)]
        return [answer for found in threads.map(client, shares) for answer in found]


def compare(cases: list[Case], model: Path, address: str) -> None:
    """Print throughput and latency of the loop and of the server."""
    bodies = [case.body() for case in cases]
    network = load_model(model)

    def loop() -> list[tuple[float, int]]:
        answers = []
        for case in cases:
            began = time.perf_counter()
            estimate(network, [case.picture], [np.array(case.boxes)], TASK)
            answers.append((time.perf_counter() - began, 200))
        return answers

    ways: dict[str, Callable[[], list[tuple[float, int]]]] = {"plain loop": loop}
    for clients in CLIENTS:
        ways[f"{clients} clients"] = lambda clients=clients: ask(address, bodies, clients)
    rates: dict[str, list[float]] = {name: [] for name in ways}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():  # Warms up.
        way()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            answers = way()
            rates[name].append(len(cases) / (time.perf_counter() - began))
            seconds[name] += [one for one, status in answers if status == 200]
            assert len(answers) == len([1 for _, status in answers if status == 200]), name
    print_table(rates, seconds)


def print_table(rates: dict[str, list[float]], seconds: dict[str, list[float]]) -> None:
    """A line a way: pictures a second (median, least, most), share of the loop's, latency."""
    own = float(np.median(rates["plain loop"]))
    print(f"{'':12}{'pictures a second':26}{'of the loop':14}{'p50':>9}{'p95':>9}")
    for name, found in rates.items():
        middle = float(np.median(found))
        spread = f"{middle:7.1f} ({min(found):.1f} to {max(found):.1f})"
        p50, p95 = 1000 * np.quantile(seconds[name], (0.5, 0.95))
        print(f"{name:12}{spread:26}{middle / own:<14.2f}{p50:6.1f} ms{p95:6.1f} ms")


def watch_memory(cases: list[Case], address: str, server: psutil.Process, count: int) -> None:
    """Print the server's resident memory along many requests from 8 clients."""
    bodies = [case.body() for case in cases]
    sizes = [server.memory_info().rss]
    for _ in range(10):
        part = (bodies * (count // len(bodies) + 1))[: count // 10]
        ask(address, part, 8)
        sizes.append(server.memory_info().rss)
    print(f"memory over {count} requests, MB:", *(f"{size / 1e6:.0f}" for size in sizes))


def malform(body: bytes, draw: random.Random) -> Iterator[bytes]:
    """Five requests that deserve a 4xx."""
    rows = json.loads(body)["dataframe_records"]
    picture = base64.b64decode(rows[0]["image"])

    def request(image: bytes, boxes: object) -> bytes:
        row = {"image": base64.b64encode(image).decode(), "boxes": boxes}
        return json.dumps({"dataframe_records": [row]}).encode()

    yield body[: draw.randrange(len(body))]
    yield draw.randbytes(draw.randrange(2000))
    yield request(picture[: draw.randrange(int(0.9 * len(picture)))], rows[0]["boxes"])
    yield request(picture[:3] + draw.randbytes(draw.randrange(2000)), rows[0]["boxes"])
    yield request(picture, [[draw.choice((-1e9, 1e9, 1e300, None, "x", [])) for _ in range(4)]])


def refuse(cases: list[Case], address: str) -> None:
    """Print how malformed requests are answered, and that good ones still are."""
    draw = random.Random(0)
    good = [case.body() for case in cases]
    bodies = [bad for _ in range(MALFORMED // 5) for bad in malform(draw.choice(good), draw)]
    statuses = [status for _, status in ask(address, bodies, 8)]
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    print(f"{len(bodies)} malformed requests, answers by status: {counts}")
    after = [status for _, status in ask(address, good, 8)]
    print(f"{len(good)} good requests after them, answered with 200: {after.count(200)}")


def main(model: Path, tables: Path, count: int) -> None:
    """Serve and measure."""
    cases = read_cases(tables)
    boxes = sum(len(case.boxes) for case in cases)
    print(
        f"{len(cases)} pictures, {boxes} boxes; torch {torch.__version__}, "
        f"{torch.get_num_threads()} threads; MLflow {mlflow.__version__}"
    )
    with TemporaryDirectory() as folder, served(model, cases[0], Path(folder)) as (address, server):
        compare(cases, model, address)
        watch_memory(cases, address, server, count)
        refuse(cases, address)


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2000)
