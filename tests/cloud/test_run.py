"""run.sh: what each node of SkyPilot, Slurm and Batch hands to `vitpose node`."""

import os
import shlex
import subprocess
from itertools import pairwise

import pytest

GIVEN = {"VITPOSE_BUCKET": "s3://team/pose", "VITPOSE_RUN": "first"}
MODELS = "data/cloud/models"


@pytest.fixture
def call(node_folder, tmp_path, read_record):
    def run(*arguments, **variables):
        record = tmp_path / "record"
        kept = {name: os.environ[name] for name in os.environ if name[:8] != "VITPOSE_"}
        done = subprocess.run(
            [node_folder / "conf/cloud/run.sh", *arguments],
            env=kept | {"RECORD": str(record), "HOME": "/home/somebody"} | variables,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        return done, read_record(record) if record.exists() else None

    return run


def test_it_runs_the_pipeline_in_the_projects_folder(call, node_folder):
    done, (folder, environment, arguments) = call("distill", **GIVEN)
    assert done.returncode == 0, done.stderr
    assert folder == node_folder
    options, _, command = " ".join(arguments).partition(" -- ")
    assert options == (
        "node --grace 25 --store s3://team/pose/runs/first --keep data/cloud/models"
        " --prepare kedro run --env=cloud --pipeline=distill --to-nodes=cut_crops"
    )
    assert command == "kedro run --env=cloud --pipeline=distill"
    assert environment["VITPOSE_DVC_REMOTE"] == "s3://team/pose/dvc"
    assert environment["VITPOSE_DATA"] == "/home/somebody/pose"


def test_an_evaluation_reads_the_trainings_store_and_writes_one_of_its_own(call):
    _, (_, _, arguments) = call("evaluate_distilled", **GIVEN)
    options, _, command = " ".join(arguments).partition(" -- ")
    assert options == (
        f"node --grace 25 --from s3://team/pose/runs/first={MODELS}"
        " --store s3://team/pose/runs/first-evaluate_distilled --keep data/cloud/reports"
    )
    assert command == "kedro run --env=cloud --pipeline=evaluate_distilled"


@pytest.mark.parametrize("pipeline", ["pretrain_mae", "train_vitpose_plus", "distill"])
def test_trainings_of_a_run_keep_their_models_in_one_store(call, pipeline):
    _, (_, _, arguments) = call(pipeline, **GIVEN)
    pairs = [pair for pair in pairwise(arguments) if pair[0] in ("--store", "--keep", "--from")]
    assert pairs == [("--store", "s3://team/pose/runs/first"), ("--keep", MODELS)]


def test_parameters_are_those_of_the_command_and_of_what_other_nodes_prepare(call):
    parameters = f"training.start.weights={MODELS}/mae/last,data.leaks.action=it's so"
    _, (_, _, arguments) = call("train_vitpose_plus", **GIVEN, VITPOSE_PARAMS=parameters)
    assert arguments[-1] == f"--params={parameters}"
    (prepare,) = (value for option, value in pairwise(arguments) if option == "--prepare")
    assert shlex.split(prepare)[2:] == [  # as `vitpose node` reads it
        "--env=cloud",
        "--pipeline=train_vitpose_plus",
        "--to-nodes=cut_crops",
        f"--params={parameters}",
    ]


def test_who_gives_more_time_to_save_says_so(call):
    _, (_, _, arguments) = call("distill", **GIVEN, VITPOSE_GRACE="280")
    assert arguments[1:3] == ["--grace", "280"]


FAILING = "#!/usr/bin/env bash\nexit 75\n"


@pytest.mark.parametrize(("rank", "told"), [("0", "75\n"), ("1", "")])
def test_the_head_leaves_its_code_where_it_is_asked_to(call, node_folder, tmp_path, rank, told):
    (node_folder / ".venv/bin/vitpose").write_text(FAILING)
    (tmp_path / "code").touch()
    asked = {"VITPOSE_EXIT_CODE": f"{tmp_path}/code", "SLURM_NODEID": rank}
    done, _ = call("distill", **GIVEN, **asked)
    assert done.returncode == 75
    assert (tmp_path / "code").read_text() == told


def test_another_environment_keeps_its_own_folders(call):
    _, (_, _, arguments) = call("distill", **GIVEN, VITPOSE_ENV="sample")
    assert "data/sample/models" in arguments
    assert "--env=sample" in arguments


def test_each_target_of_dvc_is_pulled(call):
    _, (_, _, arguments) = call("distill", **GIVEN, VITPOSE_PULL="data/a.dvc data/b.dvc")
    pulled = [value for option, value in pairwise(arguments) if option == "--pull"]
    assert pulled == ["data/a.dvc", "data/b.dvc"]


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_a_missing_variable_is_named(call, missing):
    done, record = call("distill", **{k: v for k, v in GIVEN.items() if k != missing})
    assert done.returncode != 0
    assert missing in done.stderr
    assert record is None


def test_a_missing_pipeline_is_told(call):
    done, record = call(**GIVEN)
    assert "usage: run.sh PIPELINE" in done.stderr
    assert record is None
