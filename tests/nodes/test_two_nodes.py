"""Two `vitpose node` of one job, whose command is no training: what becomes of both."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

VITPOSE = Path(sys.executable).with_name("vitpose")
WAITS = ("sh", "-c", "trap 'touch saved; exit 75' TERM; touch ready; while :; do sleep 0.1; done")
ENGINES = ("SKYPILOT_", "SLURM_", "AWS_", "VITPOSE_")


@pytest.fixture
def job(tmp_path):
    """`job(rank, options, command)` starts a node of a job of two."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = str(free.getsockname()[1])
    kept = {name: v for name, v in os.environ.items() if not name.startswith(ENGINES)}
    started = []

    def start(rank, *options, command=WAITS):
        slurm = {"SLURM_JOB_ID": "7", "SLURM_NNODES": "2", "SLURM_NODEID": str(rank)}
        log = (tmp_path / f"log-{rank}").open("wb")
        process = subprocess.Popen(
            [VITPOSE, "node", "--port", port, *options, "--", *command],
            cwd=tmp_path,
            env=kept | slurm | {"VITPOSE_HEAD": "127.0.0.1"},
            stdout=log,
            stderr=log,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def said(tmp_path):
    """What a node has said."""
    return lambda rank: (tmp_path / f"log-{rank}").read_text()


def test_both_end_with_the_commands_code_soon(job):
    nodes = job(0, command=("sh", "-c", "sleep 3; exit 4")), job(1)
    assert [node.wait(60) for node in nodes] == [4, 4]


@pytest.mark.parametrize("asked", [0, 1])
def test_one_that_is_asked_to_stop_stops_both_and_waits_for_what_the_head_saves(
    job, tmp_path, asked
):
    nodes = job(0), job(1)
    _until((tmp_path / "ready").exists)
    time.sleep(2)  # until the other has read
    nodes[asked].send_signal(signal.SIGTERM)
    assert [node.wait(60) for node in nodes] == [75, 75]
    assert (tmp_path / "saved").exists()


def test_one_that_cannot_be_prepared_ends_the_job_and_not_by_75(job, said):
    nodes = job(0), job(1, "--prepare", "sh -c 'sleep 1; exit 6'")
    assert [node.wait(60) for node in nodes] == [1, 6]
    assert "node 1 cannot take part" in said(0)


@pytest.mark.slow
def test_a_failure_with_a_node_gone_is_for_another_try(job, tmp_path, said):
    head = job(
        0, command=("sh", "-c", "touch ready; until [ -e gone ]; do sleep 0.1; done; exit 9")
    )
    other = job(1)
    _until((tmp_path / "ready").exists)
    other.kill()
    other.wait()
    (tmp_path / "gone").touch()
    assert head.wait(90) == 75
    assert "exit code 9, and node 1 not there: 75" in said(0)


def _until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
