"""`vitpose node` as a process of its own, as engines start it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vitpose_plus.nodes.board import Board

VITPOSE = Path(sys.executable).with_name("vitpose")
PRINT = "from os import environ as e; print(e.get('VITPOSE_NODES'), e.get('VITPOSE_PROCESSES'))"


@pytest.fixture
def node(tmp_path):
    def run(*arguments, **variables):
        engines = ("SKYPILOT_", "SLURM_", "AWS_", "VITPOSE_")
        kept = {name: v for name, v in os.environ.items() if not name.startswith(engines)}
        return subprocess.run(
            [VITPOSE, "node", *arguments],
            cwd=tmp_path,
            env=kept | variables,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def second(tmp_path):
    """What SkyPilot says to the second of two nodes; the head has ended well."""
    with Board(0, tmp_path / "offer.json", "0") as board:
        board.end(0)
        yield (
            {
                "SKYPILOT_NODE_RANK": "1",
                "SKYPILOT_NUM_NODES": "2",
                "SKYPILOT_NODE_IPS": "127.0.0.1\n127.0.0.2",
            },
            ("--port", str(board.port - 1)),
        )


def test_without_an_engine_it_is_the_only_node(node):
    done = node("--", "python", "-c", PRINT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "None None\n"
    assert "node 0 of 1, started by nobody" in done.stderr


def test_the_command_is_told_of_the_cluster(node):
    done = node(
        *("--port", "29511", "--", "python", "-c", PRINT),
        SLURM_NODEID="0",
        SLURM_NNODES="1",
        SLURM_GPUS_ON_NODE="4",
    )
    assert done.stdout == "None 4\n", done.stderr


def test_the_commands_exit_code_comes_back(node):
    assert node("--", "sh", "-c", "exit 9").returncode == 9


def test_another_node_prepares_itself_and_is_tracked_nowhere(node, second, tmp_path):
    variables, port = second
    prepare = "python -c \"import os; open('made', 'w').write(os.environ['MLFLOW_TRACKING_URI'])\""
    done = node(
        *("--prepare", prepare, *port, "--", "false"), **variables, MLFLOW_TRACKING_URI="http://s"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made").read_text().startswith("sqlite:///")


def test_a_node_on_a_common_disk_prepares_nothing(node, second):
    variables, port = second
    done = node("--prepare", "false", "--shared-disk", *port, "--", "true", **variables)
    assert done.returncode == 0, done.stderr


def test_a_node_that_cannot_be_prepared_says_so(node, second):
    variables, port = second
    done = node("--prepare", "sh -c 'exit 4'", *port, "--", "true", **variables)
    assert done.returncode == 4
    assert "cannot take part: sh -c 'exit 4' has ended with exit code 4" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--store", "s3://bucket/run"), "--store and --keep belong together"),
        (("--keep", "data/full/models"), "--store and --keep belong together"),
        (("--store", "gs://bucket", "--keep", "data"), "s3://bucket/prefix"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_runs(node, arguments, words):
    done = node(*arguments, "--", "touch", "ran")
    assert done.returncode == 2
    assert words in done.stderr


@pytest.fixture
def bucket(s3_server, aws_credentials):
    """What tells a node of an S3 server, and a bucket there."""
    import boto3

    boto3.client("s3", endpoint_url=s3_server).create_bucket(Bucket="nodes")
    kept = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    return {"AWS_ENDPOINT_URL_S3": s3_server} | {name: os.environ[name] for name in kept}


def test_what_one_job_keeps_another_reads_on_an_empty_disk(node, bucket, tmp_path):
    makes = "mkdir -p models && echo weights >models/last"
    store = ("--store", "s3://nodes/runs/first", "--keep", "models")
    done = node(*store, "--", "sh", "-c", makes, **bucket)
    assert done.returncode == 0, done.stderr
    assert "stored snapshot 1 of models (1 new files" in done.stderr
    for path in (tmp_path / "models/last", tmp_path / ".models.mirrored.json"):
        path.unlink()

    reads = "cat models/last && mkdir -p reports && echo good >reports/metrics"
    own = ("--from", "s3://nodes/runs/first=models", "--store", "s3://nodes/runs/first-evaluate")
    done = node(*own, "--keep", "reports", "--", "sh", "-c", reads, **bucket)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "weights\n"
    assert "stored snapshot 1 of reports" in done.stderr


def test_a_store_that_cannot_be_read_ends_it_before_the_command(node, bucket):
    done = node("--store", "s3://none/run", "--keep", "models", "--", "touch", "ran", **bucket)
    assert done.returncode == 1
    assert "s3://none" in done.stderr
