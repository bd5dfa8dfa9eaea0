"""SkyPilot's task files, as the real `sky` reads them, and what they run on a node."""

import json
import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "conf" / "cloud"
SKY = Path(os.environ.get("VITPOSE_SKY_BIN", PROJECT / ".venv-sky" / "bin"))
MEND = (
    "python3.11 -m venv .venv-sky && .venv-sky/bin/pip install -r conf/cloud/requirements-sky.txt"
)
GIVEN = {
    "VITPOSE_REPOSITORY": "https://git.example/team/vitpose-plus.git",
    "VITPOSE_COMMIT": "0123abcd",
    "VITPOSE_BUCKET": "s3://team-pose",
    "VITPOSE_RUN": "first",
    "MLFLOW_TRACKING_URI": "https://mlflow.example",
    "MLFLOW_TRACKING_USERNAME": "ada",
}
# (nodes, GPUs of each)
TASKS = {
    "pretrain_mae": (1, {"H100": 8}),
    "train_vitpose_plus": (1, {"H100": 8}),
    "distill": (1, {"H100": 8}),
    "evaluate": (1, {"L4": 1}),
}


@pytest.fixture
def run_in_sky(tmp_path):
    """`run_in_sky(script, ...)`: the finished process of a script here, in a home of its own."""
    if not (SKY / "python").exists():
        pytest.skip(f"SkyPilot is not here; do: {MEND}")

    def run(script, *arguments, given=None):
        # Nothing of this machine, so no credentials and no configuration; its usage is not told.
        environment = {"PATH": os.defpath, "HOME": str(tmp_path)}
        return subprocess.run(
            [SKY / "python", Path(__file__).with_name(script), *arguments],
            env=environment | {"SKYPILOT_DISABLE_USAGE_COLLECTION": "1"},
            input=given,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )

    return run


@pytest.fixture
def ask_sky(run_in_sky):
    """`ask_sky(path, given)`: the finished process of sky_task.py."""
    return lambda path, given: run_in_sky(
        "sky_task.py", path, *(f"{name}={value}" for name, value in given.items())
    )


def test_every_task_file_is_named_here():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(TASKS)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TASKS))
def test_sky_reads_what_is_meant(ask_sky, name):
    done = ask_sky(FOLDER / f"{name}.yaml", GIVEN)
    assert done.returncode == 0, done.stderr
    task = json.loads(done.stdout)
    assert (task["nodes"], task["accelerators"]) == TASKS[name]
    assert (task["cloud"], task["spot"]) == ("AWS", True)
    assert task["recovery"]["recover_on_exit_codes"] == [75]
    assert task["workdir"] == {"url": GIVEN["VITPOSE_REPOSITORY"], "ref": "0123abcd"}
    assert task["mounts"] == {"/bucket": ["s3://team-pose", "MOUNT", True]}
    assert task["environment"] == GIVEN | {
        "VITPOSE_ENV": "cloud",
        "VITPOSE_PULL": "",
        "VITPOSE_PARAMS": "",
        "VITPOSE_ARCHIVES": "/bucket/archives",
    }
    assert task["secrets"] == []  # none has a value in the file
    assert task["asked_secrets"] == ["MLFLOW_TRACKING_PASSWORD"]
    assert task["run"] == f"conf/cloud/run.sh {name}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_node": 2}, "num_node"),
        ({"resources": {"acelerators": "H100:8"}}, "acelerators"),
        ({"resources": {"job_recovery": {"recover_on_exit_codes": [256]}}}, "256"),
        (
            {"file_mounts": {"/archives": {"source": "s3://team-pose/archives", "mode": "MOUNT"}}},
            "specify only the bucket name",
        ),
    ],
)
def test_sky_refuses_a_mistake(ask_sky, tmp_path, change, said):
    content = yaml.safe_load((FOLDER / "train_vitpose_plus.yaml").read_text())
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(content | change))
    done = ask_sky(tmp_path / "task.yaml", GIVEN)
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.slow
def test_sky_asks_for_what_the_user_must_say(ask_sky):
    given = {name: value for name, value in GIVEN.items() if name != "VITPOSE_BUCKET"}
    done = ask_sky(FOLDER / "distill.yaml", given)
    assert "VITPOSE_BUCKET" in done.stderr
    assert done.returncode != 0


@pytest.mark.slow
def test_nodes_have_their_role_and_the_controller_one_that_rents_them(run_in_sky):
    (block,) = re.findall(r"```yaml\n( +aws:.*?)```", (PROJECT / "docs/cloud.md").read_text(), re.S)
    done = run_in_sky("sky_identity.py", "train-vitpose-plus-1", given=textwrap.dedent(block))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "sky-jobs-controller-0123abcd": "vitpose-controller",
        "train-vitpose-plus-1": "vitpose-node",
    }


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("name", sorted(TASKS))
def test_run_starts_the_entry_on_each_node(name, rank, node_folder, tmp_path, read_record):
    task = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    sky = {"SKYPILOT_NODE_RANK": str(rank), "SKYPILOT_NODE_IPS": "10.0.0.1\n10.0.0.2"}
    sky |= {"SKYPILOT_NUM_NODES": "2", "SKYPILOT_NUM_GPUS_PER_NODE": "8"}
    said = {key: value for key, value in task["envs"].items() if value is not None}
    record = tmp_path / "record"
    subprocess.run(
        ["bash", "-c", task["run"]],
        env=os.environ | said | GIVEN | sky | {"RECORD": str(record)},
        cwd=node_folder,
        check=True,
    )
    _, environment, arguments = read_record(record)
    assert arguments[0] == "node"
    assert any("s3://team-pose/runs/first" in word for word in arguments)
    assert arguments[-4:] == ["kedro", "run", "--env=cloud", f"--pipeline={name}"]
    assert environment["SKYPILOT_NODE_RANK"] == str(rank)
    assert environment["VITPOSE_DVC_REMOTE"] == "s3://team-pose/dvc"
    assert environment["VITPOSE_ARCHIVES"] == "/bucket/archives"


@pytest.mark.parametrize("name", sorted(TASKS))
def test_setup_and_run_are_commands_of_this_repository(name, tool):
    task = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    for part in ("setup", "run"):
        assert (PROJECT / task[part].split()[0]).stat().st_mode & 0o111
        text = f"#!/usr/bin/env bash\n{task[part]}\n"
        subprocess.run([tool("shellcheck"), "-"], input=text, text=True, check=True)
    assert task["setup"] == "conf/cloud/install.sh .venv"  # where run.sh looks


def test_the_files_differ_only_in_what_they_run_and_how_large():
    def rest(name):
        task = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
        for key in ("name", "run", "num_nodes"):
            task.pop(key)
        for key in ("accelerators", "disk_size"):
            task["resources"].pop(key)
        return task

    assert all(rest(name) == rest("distill") for name in TASKS)
