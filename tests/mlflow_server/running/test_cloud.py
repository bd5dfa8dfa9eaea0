"""Runs go to the server that the environment names; --env=cloud says that it is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

KEDRO = Path(sys.executable).with_name("kedro")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workplace(copy_of_project):
    """A copy of the project whose sample is a few pictures of each data set."""
    folder = copy_of_project
    path = folder / "conf/sample/parameters_data.yml"
    content = yaml.safe_load(path.read_text())
    few = {"train": 2, "val": 2}
    content["data"]["sample"] = {
        **dict.fromkeys(("coco", "aic", "mpii", "ap10k", "coco_wholebody"), few),
        "apt36k": {"clips": 5, "frames": 1},
        "ochuman": 2,
        "crowdpose": few | {"test": 2},
        "interhand": few | {"test": 2, "cameras": 1},
    }
    path.write_text(yaml.safe_dump(content))
    return folder


def kedro(folder, environment, *arguments):
    """Run, and give back (exit code, everything printed)."""
    unwanted = ("MLFLOW_", "AWS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    done = subprocess.run(
        [KEDRO, "run", *arguments],
        cwd=folder,
        env=kept | {"COLUMNS": "160"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_run_is_on_the_server_that_the_environment_names(server, workplace, as_user):
    code, printed = kedro(workplace, server.access("carol"), "--pipeline=draw_sample")
    assert code == 0, printed
    assert (workplace / "data/sample/raw/coco").is_dir()
    assert not (workplace / "mlflow.db").exists()
    client = as_user("carol")
    experiment = client.get_experiment_by_name("vitpose-plus").experiment_id
    (run,) = client.search_runs(
        [experiment], "params.seed = '0' and attributes.status = 'FINISHED'"
    )
    try:
        assert run.data.tags["mlflow.user"]
        assert run.data.params["model.size"] == "tiny"
    finally:
        as_user("admin").delete_run(run.info.run_id)


def test_without_an_address_the_variable_is_named(workplace):
    data = {"VITPOSE_DATA": str(workplace)}
    code, printed = kedro(workplace, data, "--env=cloud", "--pipeline=draw_sample")
    assert code != 0
    assert "MLFLOW_TRACKING_URI" in printed
