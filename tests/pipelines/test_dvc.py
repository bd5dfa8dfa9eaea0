"""DVC for real: stages a data set, and a push and a pull through a local S3 server."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SETS = ("coco", "mpii")
STAGES = [f"ingest@{name}" for name in SETS]
IDENTITY = ("-c", "user.name=tester", "-c", "user.email=tester@example.org")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bucket():
    """Address and endpoint of an empty bucket on a server of its own."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="pose-data")
        yield "s3://pose-data/store", endpoint
    server.stop()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A repository of its own with a sample of seconds."""
    folder = tmp_path_factory.mktemp("dvc") / "project"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, tracked.split("\0")):
        if (PROJECT / name).is_file() and not name.startswith(("docs/", "tests/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    path = folder / "conf/sample/parameters_data.yml"
    content = yaml.safe_load(path.read_text())
    for name, size in content["data"]["sample"].items():
        if isinstance(size, dict):
            content["data"]["sample"][name] = dict.fromkeys(size, 4)
    for source in content["data"]["datasets"].values():
        for split in source["splits"].values():
            del split["published"]
    path.write_text(yaml.safe_dump(content))
    run(folder, "git", "init", "-q")
    commit(folder, "project")
    return folder


def run(folder, *command):
    """Run, and give back everything printed."""
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def commit(folder, message):
    run(folder, "git", "add", "-A")
    run(folder, "git", *IDENTITY, "commit", "-q", "-m", message)


def contents(folder):
    """Every file's bytes by its path."""
    data = folder / "data/sample"
    kept = [data / "raw", *(data / "tables" / name for name in SETS)]
    files = [path for one in kept for path in one.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def pushed(project, bucket):
    """The data sets ingested, committed and pushed."""
    address, endpoint = bucket
    run(project, "dvc", "repro", "-q", *STAGES)
    commit(project, "data")
    run(project, "dvc", "remote", "add", "--local", "-d", "store", address)
    run(project, "dvc", "remote", "modify", "--local", "store", "endpointurl", endpoint)
    run(project, "dvc", "push", "-q", *STAGES, "sample")
    return project


def test_a_clean_clone_gets_the_data_back_byte_for_byte(pushed, tmp_path):
    clone = tmp_path / "clone"
    run(tmp_path, "git", "clone", "-q", str(pushed), str(clone))
    shutil.copy(pushed / ".dvc/config.local", clone / ".dvc/config.local")
    assert not contents(clone)
    run(clone, "dvc", "pull", "-q", *STAGES, "sample")
    expected = contents(pushed)
    assert len(expected) > 20
    assert contents(clone) == expected
    assert "Data and pipelines are up to date" in run(clone, "dvc", "status", *STAGES)


def test_changing_one_data_set_ingests_that_one_alone(pushed):
    path = pushed / "conf/sample/parameters_data.yml"
    before = path.read_text()
    content = yaml.safe_load(before)
    content["data"]["datasets"]["coco"]["on_invalid"] = "drop"
    path.write_text(yaml.safe_dump(content))
    status = json.loads(run(pushed, "dvc", "status", "--json", *STAGES))
    assert list(status) == ["ingest@coco"]
    printed = run(pushed, "dvc", "repro", *STAGES)
    assert "Running stage 'ingest@coco'" in printed
    assert "Stage 'ingest@mpii' didn't change, skipping" in printed
    path.write_text(before)


def test_a_variation_changes_the_training_and_the_students_with_it(pushed):
    """`dvc exp run -S` reads and writes a file of conf/ by itself, without Kedro's resolvers."""
    file = "conf/sample/parameters.yml"
    run(pushed, "dvc", "exp", "run", "--queue", "-S", f"{file}:training.epochs=3", "evaluate")
    varied = yaml.safe_load(run(pushed, "git", "show", f"refs/exps/celery/stash:{file}"))
    assert varied["training"]["epochs"] == 3
    assert varied["student_training"]["epochs"] == 3
