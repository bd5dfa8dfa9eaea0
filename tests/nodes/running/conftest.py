"""A cluster of two machines on this one, and the servers that clouds have."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3]
PROGRAMS = Path(sys.executable).parent
PATIENCE = 300.0  # seconds, on a busy machine
SMALL = {"train": 40, "val": 8}
TASKS = ("coco", "mpii")
BUCKET = "vitpose"
KEDRO = ("kedro", "run", "--env=nodes", "--pipeline=train_vitpose_plus")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A bridge, to which machines are added."""
    if os.getuid() or not shutil.which("ip"):
        pytest.skip("network namespaces want root and iproute2: apt-get install iproute2")
    sys.path.insert(0, str(Path(__file__).parent))
    from network import Network

    built = Network(64 + os.getpid() % 128)
    yield built
    built.close()


@dataclass
class Servers:
    """What lies outside the cluster.

    Attributes:
        s3: address of an S3 server.
        tracking: address of an MLflow server.
    """

    s3: str
    tracking: str

    def variables(self):
        """What every program of the cluster is told of them."""
        return {
            "AWS_ENDPOINT_URL_S3": self.s3,
            "AWS_ACCESS_KEY_ID": "anyone",
            "AWS_SECRET_ACCESS_KEY": "anything",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": "us-east-1",
            "MLFLOW_TRACKING_URI": self.tracking,
            "VITPOSE_DVC_REMOTE": f"s3://{BUCKET}/dvc",
            "OMP_NUM_THREADS": "1",
            "COLUMNS": "160",
        }


@pytest.fixture(scope="module")
def servers(network, tmp_path_factory):
    """An S3 server and a tracking server that the machines reach."""
    folder = tmp_path_factory.mktemp("servers")
    host = network.address
    store = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    files = ["--artifacts-destination", str(folder / "artifacts")]
    about = ["--host", host, "--port", "5000", "--allowed-hosts", "*", "--workers", "1"]
    commands = {
        f"http://{host}:9000": ["moto_server", "--host", host, "--port", "9000"],
        f"http://{host}:5000": ["mlflow", "server", *store, *files, *about],
    }
    processes = []
    quiet = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    for number, command in enumerate(commands.values()):
        log = (folder / f"{number}.log").open("wb")
        program = [str(PROGRAMS / command[0]), *command[1:]]
        processes.append(
            subprocess.Popen(
                program, stdout=log, stderr=log, cwd=folder, env=quiet, start_new_session=True
            )
        )
    for address in commands:
        until(lambda address=address: answers(address), f"{address} does not answer: {folder}")
    found = Servers(*commands)
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"import boto3; boto3.client('s3').create_bucket(Bucket='{BUCKET}')",
        ],
        env=os.environ | found.variables(),
        check=True,
    )
    yield found
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except OSError:
        return False


def until(true, otherwise, patience=PATIENCE):
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, otherwise() if callable(otherwise) else otherwise
        time.sleep(0.1)


@pytest.fixture(scope="module")
def repository(servers, tmp_path_factory):
    """A repository with a commit whose data lie in S3: ingested, cut, `dvc add`, `dvc push`."""
    folder = tmp_path_factory.mktemp("laptop") / "vitpose-plus"
    folder.mkdir()
    for name in (".dvc", ".dvcignore", ".gitignore", ".telemetry", "pyproject.toml"):
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    for name in ("conf", "pipelines"):
        shutil.copytree(PROJECT / name, folder / name)
    (folder / "data").mkdir()
    shutil.copy(PROJECT / "data/.gitignore", folder / "data")
    _write_environment(folder / "conf")

    def run(*command):
        variables = servers.variables() | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
        del variables["MLFLOW_TRACKING_URI"]
        done = subprocess.run(
            command, cwd=folder, env=os.environ | variables, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"

    run(*KEDRO, "--to-nodes=cut_crops")
    run("git", "init", "--quiet")
    run("dvc", "remote", "add", "--local", "--default", "cloud", f"s3://{BUCKET}/dvc")
    run("dvc", "remote", "modify", "--local", "cloud", "endpointurl", servers.s3)
    run("dvc", "add", "--quiet", *(f"data/nodes/{part}" for part in ("raw", "tables", "crops")))
    run("dvc", "push", "--quiet")
    run("git", "add", "--all")
    by = ("-c", "user.name=laptop", "-c", "user.email=laptop@example.org")
    run("git", *by, "commit", "--quiet", "--message", "Data")
    return folder


def _write_environment(conf):
    """conf/nodes: two tasks of the sample and a training of a minute."""
    folder = conf / "nodes"
    folder.mkdir()
    (folder / "globals.yml").write_text("workspace: nodes\n")
    recipe = yaml.safe_load((conf / "sample/parameters.yml").read_text())
    recipe["training"] |= {"epochs": 4, "batch_size": 8, "validate_every": 2, "log_every": 2}
    recipe["training"] |= {"checkpoint_every": 3, "panels": 1}
    places = yaml.safe_load((conf / "sample/parameters_data.yml").read_text())
    data = places["data"]
    data["sample"] = dict.fromkeys(TASKS, SMALL) | {
        "aic": {"train": 2, "val": 2},
        "ap10k": {"train": 2, "val": 2},
        "coco_wholebody": {"train": 2, "val": 2},
        "apt36k": {"clips": 5, "frames": 1},
        "ochuman": 2,
        "crowdpose": {"train": 2, "val": 2, "test": 2},
        "interhand": {"train": 2, "val": 2, "test": 2, "cameras": 1},
    }
    data["datasets"] = {name: data["datasets"][name] for name in TASKS}
    for source in data["datasets"].values():
        for split in source["splits"].values():
            del split["published"]
    places |= {"vitpose_plus": {"tasks": list(TASKS)}, "distilled": {"tasks": list(TASKS)}}
    recipe_of_mae = {"mae": {"tasks": list(TASKS)}}
    (folder / "parameters.yml").write_text(yaml.safe_dump(recipe | recipe_of_mae))
    (folder / "parameters_data.yml").write_text(yaml.safe_dump(places))


class Cluster:
    """Machines that run `vitpose node` as SkyPilot would start it.

    Attributes:
        machines: the head first.
        logs: what each has said.
    """

    def __init__(self, network, servers, repository, folder, nodes=2):
        self.servers, self.repository, self.folder = servers, repository, folder
        self.store = f"s3://{BUCKET}/runs/{folder.name}"
        self.machines = [network.add(self._disk(rank)) for rank in range(nodes)]
        self.logs = [folder / f"node-{rank}.log" for rank in range(nodes)]

    def start(self, rank, *options, **variables):
        """`vitpose node` on a machine, which trains if it is the head."""
        addresses = "\n".join(machine.address for machine in self.machines)
        sky = {
            "SKYPILOT_NODE_RANK": str(rank),
            "SKYPILOT_NODE_IPS": addresses,
            "SKYPILOT_NUM_NODES": str(len(self.machines)),
            "SKYPILOT_NUM_GPUS_PER_NODE": "0",
        }
        kept = ["--store", self.store, "--keep", "data/nodes/models", "--every=1"]
        pulled = [f"--pull=data/nodes/{part}.dvc" for part in ("raw", "tables", "crops")]
        program = [str(PROGRAMS / "vitpose"), "node", *kept, *pulled, *options, "--", *KEDRO]
        given = self.servers.variables() | sky | variables
        return self.machines[rank].start(program, given, self.logs[rank])

    def new_disk(self, rank):
        """The machine's disk is lost, and it gets an empty one."""
        shutil.rmtree(self.machines[rank].disk)
        self._disk(rank)

    def said(self, rank, words):
        """How often a node has said this."""
        log = self.logs[rank]
        return log.read_text(errors="replace").count(words) if log.exists() else 0

    def statuses(self):
        """Of MLflow's runs, one for each start of the head."""
        from mlflow import MlflowClient

        client = MlflowClient(self.servers.tracking)
        (experiment,) = (e for e in client.search_experiments() if e.name == "vitpose-plus")
        found = client.search_runs([experiment.experiment_id], order_by=["start_time"])
        return [run.info.status for run in found if run.data.tags["kept_in"] == self.store]

    def words(self):
        """The end of what all have said, for a failure."""
        ends = (f"{log}:\n{log.read_text(errors='replace')[-6000:]}" for log in self.logs)
        return "\n".join(ends)

    def until(self, true):
        until(true, self.words)

    def _disk(self, rank):
        disk = self.folder / f"disk-{rank}"
        subprocess.run(["git", "clone", "--quiet", self.repository, disk], check=True)
        return disk


def _cluster(network, servers, repository, folder):
    made = Cluster(network, servers, repository, folder)
    yield made
    for machine in made.machines:
        network.remove(machine)


@pytest.fixture
def cluster(network, servers, repository, tmp_path):
    """Two machines, which stop at the end."""
    yield from _cluster(network, servers, repository, tmp_path)


@pytest.fixture(scope="module")
def cluster_of_two(network, servers, repository, tmp_path_factory):
    """Others, for what several tests look at."""
    yield from _cluster(network, servers, repository, tmp_path_factory.mktemp("undisturbed"))
