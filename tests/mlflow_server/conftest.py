"""What stands around the server of mlflow/compose.yaml, without containers: PostgreSQL, S3."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds
# What the image installs, installed here: see .ci/run.
PROGRAMS = Path(os.environ.get("MLFLOW_SERVER_BIN", PROJECT / ".venv-mlflow" / "bin"))


@pytest.fixture(scope="session")
def search_path():
    """PATH of the image: the server's environment, PostgreSQL's programs, rclone."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    path = os.pathsep.join([str(PROGRAMS), *map(str, debian[-1:]), os.environ["PATH"]])
    mends = {
        str(PROGRAMS / "mlflow"): "python3.11 -m venv .venv-mlflow && "
        ".venv-mlflow/bin/pip install -r mlflow/server/requirements.txt",
        "initdb": "apt-get install postgresql",
        "rclone": "apt-get install rclone",
    }
    missing = [mend for program, mend in mends.items() if not shutil.which(program, path=path)]
    if missing:
        pytest.skip("the tracking server cannot run here; do: " + "; ".join(missing))
    return path


@pytest.fixture(scope="session")
def free_port():
    """`free_port()`: one that nobody listens on."""

    def find():
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            return found.getsockname()[1]

    return find


@pytest.fixture(scope="session")
def launch():
    """`launch(command, ready, log, …)`: a process that runs once `ready()`; ended at the end."""
    started = []

    def start(command, ready, log, **kwargs):
        with Path(log).open("a") as file:
            # A group of its own, so that a signal reaches its workers too.
            process = subprocess.Popen(
                command, stdout=file, stderr=file, start_new_session=True, **kwargs
            )
        started.append(process)
        end = time.monotonic() + PATIENCE
        while not ready():
            assert process.poll() is None, f"{command} ended:\n{Path(log).read_text()}"
            assert time.monotonic() < end, f"{command} is not ready:\n{Path(log).read_text()}"
            time.sleep(0.2)
        return process

    yield start
    for process in reversed(started):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=60)


@pytest.fixture(scope="session")
def deployment(tmp_path_factory):
    """A copy of mlflow/ with secrets of its own, made as an operator makes them."""
    folder = tmp_path_factory.mktemp("deployment") / "mlflow"
    unwanted = shutil.ignore_patterns("secrets", ".env")
    shutil.copytree(PROJECT / "mlflow", folder, ignore=unwanted)
    subprocess.run([folder / "make_secrets.sh"], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def secret(deployment):
    """`secret(name)`: what one of the files in secrets/ says."""
    return lambda name: (deployment / "secrets" / name).read_text().strip()


@pytest.fixture(scope="session")
def place_for_postgres():
    """(a folder, its owner): PostgreSQL refuses to run as root, and pytest's folders are root's."""
    owner = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="mlflow-database-") as folder:
        if owner:
            shutil.chown(folder, owner)
        yield Path(folder), owner


@pytest.fixture(scope="session")
def database(search_path, launch, free_port, secret, place_for_postgres):
    """The environment that leads to a new PostgreSQL with the image's user, password, database."""
    home, owner = place_for_postgres
    password = home / "password"
    password.write_text(secret("postgres_password"))
    password.chmod(0o644)
    port = str(free_port())
    access = {"PATH": search_path, "PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "mlflow"}
    access |= {"PGPASSWORD": secret("postgres_password"), "LC_ALL": "C.UTF-8"}
    as_owner = {"user": owner, "env": access, "cwd": home}
    make = ["initdb", "--auth=scram-sha-256", "--username=mlflow", f"--pwfile={password}"]
    where = ["--encoding=UTF8", "--no-sync", f"--pgdata={home}/data"]
    subprocess.run([*make, *where], check=True, capture_output=True, **as_owner)
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    settings = [f"--{name}={value}" for name, value in (options | {"fsync": "off"}).items()]
    launch(
        ["postgres", "-D", home / "data", *settings],
        lambda: subprocess.call(["pg_isready", "--quiet"], env=access) == 0,
        home / "log",
        **as_owner,
    )
    subprocess.run(["createdb", "--maintenance-db=postgres", "mlflow"], check=True, env=access)
    yield access | {"PGDATABASE": "mlflow"}


@pytest.fixture(scope="session")
def s3(secret):
    """A boto3 client of a moto server."""
    import boto3
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="mlflow",
        aws_secret_access_key=secret("aws_secret_access_key"),
        region_name="us-east-1",
    )
    running.stop()
