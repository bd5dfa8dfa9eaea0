"""A running tracking server, people who use it, and what they have logged."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3]
COMPOSE = yaml.safe_load((PROJECT / "mlflow/compose.yaml").read_text())
BUCKET = "vitpose-mlflow"
RUNS = 3  # of each person


@dataclass
class TrackingServer:
    """serve.sh with the very environment that compose.yaml gives it, and the operator's scripts."""

    folder: Path
    environment: dict[str, str]
    launch: Callable
    users: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.environment['MLFLOW_PORT']}"

    @property
    def log(self):
        return self.folder.parent / "server.log"

    def start(self):
        command = [self.folder / "server/serve.sh"]
        where = {"env": self.environment, "cwd": self.folder.parent}
        self.process = self.launch(command, self.is_healthy, self.log, **where)

    def is_healthy(self):
        """What compose.yaml asks, at this server's port."""
        _, *check = COMPOSE["services"]["server"]["healthcheck"]["test"]
        there = [part.replace("http://127.0.0.1:5000", self.address) for part in check]
        quiet = {"env": self.environment, "stderr": subprocess.DEVNULL}
        return subprocess.call(["/usr/bin/env", *there], **quiet) == 0

    def stop(self, request=signal.SIGTERM):
        os.killpg(self.process.pid, request)
        self.process.wait(timeout=60)
        self.process = None

    def operate(self, script, *arguments, **environment):
        """Run one of the scripts, and give back (exit code, its words)."""
        done = subprocess.run(
            [self.folder / "server" / script, *map(str, arguments)],
            env=self.environment | environment,
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
        )
        return done.returncode, (done.stdout if done.returncode == 0 else done.stderr).strip()

    def access(self, user):
        """What a client's environment holds, which has no key to S3."""
        return {
            "MLFLOW_TRACKING_URI": self.address,
            "MLFLOW_TRACKING_USERNAME": user,
            "MLFLOW_TRACKING_PASSWORD": self.users[user],
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def of_compose(service, values):
    """A service's environment in compose.yaml, with .env's variables filled in."""

    def fill(match):
        return values.get(match["name"], match["default"] or "")

    pattern = re.compile(r"\$\{(?P<name>\w+)(?::[-?](?P<default>[^}]*))?\}")
    environment = COMPOSE["services"][service]["environment"]
    return {name: pattern.sub(fill, value) for name, value in environment.items()}


@pytest.fixture(scope="session")
def tracking(deployment, database, s3, launch, free_port, secret):
    """The server with its admin, two people who may promote and one who may not; up or down."""
    s3.create_bucket(Bucket=BUCKET)
    values = {
        "MLFLOW_ARTIFACTS_DESTINATION": f"s3://{BUCKET}/runs",
        "MLFLOW_WORKERS": "2",
        "AWS_ENDPOINT_URL_S3": s3.meta.endpoint_url,
        "AWS_ACCESS_KEY_ID": "mlflow",
    }
    environment = {
        name: value.replace("/run/secrets", str(deployment / "secrets"))
        for name, value in of_compose("server", values).items()
    }
    environment |= {name: database[name] for name in ("PGHOST", "PGPORT", "PATH")}
    environment |= {"MLFLOW_HOST": "127.0.0.1", "MLFLOW_PORT": str(free_port())}
    tracking = TrackingServer(deployment, environment | {"OMP_NUM_THREADS": "1"}, launch)
    tracking.start()
    tracking.users["admin"] = secret("admin_password")
    for name, options in {"alice": ["--promoter"], "bob": ["--promoter"], "carol": []}.items():
        code, said = tracking.operate("people.py", "add", name, *options)
        assert code == 0, said
        tracking.users[name] = said.splitlines()[-1]
    return tracking


@pytest.fixture
def server(tracking):
    """The server, up."""
    if tracking.process is None:
        tracking.start()
    return tracking


@pytest.fixture
def stopped_server(tracking):
    """The server, down."""
    if tracking.process is not None:
        tracking.stop()
    return tracking


@pytest.fixture
def as_user(server, monkeypatch):
    """`as_user(name)`: a client of the server; the user named last is the one who asks."""
    from mlflow import MlflowClient

    def sign_in(name):
        for variable, value in server.access(name).items():
            monkeypatch.setenv(variable, value)
        return MlflowClient(server.address)

    return sign_in


@pytest.fixture(scope="session")
def logged(tracking):
    """Two people log, register and point aliases at the same time: name -> {version: run}."""
    if tracking.process is None:
        tracking.start()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    script = [sys.executable, Path(__file__).with_name("client.py")]
    working = {
        name: subprocess.Popen(
            [*script, name, str(RUNS)],
            env=kept | tracking.access(name),
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("alice", "bob")
    }
    printed = {name: process.communicate(timeout=120)[0] for name, process in working.items()}
    codes = {name: process.returncode for name, process in working.items()}
    assert set(codes.values()) == {0}, f"{codes}\n{printed}\n{tracking.log.read_text()}"
    return {name: json.loads(text.splitlines()[-1]) for name, text in printed.items()}


@pytest.fixture
def memory(as_user, tmp_path):
    """`memory()`: all that the server knows of runs, their files, versions and aliases."""

    def read():
        client = as_user("alice")
        experiment = client.get_experiment_by_name("vitpose-plus").experiment_id
        runs = {run.info.run_id: run.to_dictionary() for run in client.search_runs([experiment])}
        paths = [client.download_artifacts(run, "model", str(tmp_path)) for run in runs]
        files = [Path(path, "weights.txt").read_text() for path in paths]
        versions = client.search_model_versions("name='vitpose-plus'")
        model = client.get_registered_model("vitpose-plus")
        known = {version.version: (version.run_id, version.source) for version in versions}
        return runs, files, known, model.aliases, model.tags

    return read
