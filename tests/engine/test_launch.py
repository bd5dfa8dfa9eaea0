import logging
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.launch import launch
from vitpose_plus.engine.stopping import STOPPED
from vitpose_plus.errors import CheckpointError

TOYS = Path(__file__).parent / "toys"
PATIENCE = 240  # seconds, on a busy machine

pytestmark = pytest.mark.slow  # each starts three to five interpreters with torch


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.syspath_prepend(TOYS)
    monkeypatch.setenv("PYTHONPATH", str(TOYS))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    import toy_work

    return toy_work


@pytest.fixture
def order(toy, tmp_path):
    """Run an act in two processes."""

    def run(act, settings=None, folder=tmp_path, **arguments):
        job = toy.Order(act=act, folder=tmp_path)
        settings = settings or Launch(processes=2, restarts=0)
        return launch("toy_work", job, settings, folder, toy.Report, **arguments)

    return run


def test_a_killed_process_brings_all_back_and_their_result_returns(order, tmp_path, capfd):
    ticks = []
    report = order(
        "die_once", Launch(processes=2, restarts=2), tick=lambda: ticks.append(time.monotonic())
    )
    assert report.ranks == (0, 1)
    assert report.total == 3
    assert report.threads == (str(max(1, torch.get_num_threads() // 2)),) * 2
    assert [len((tmp_path / f"starts-{rank}").read_text().split()) for rank in (0, 1)] == [2, 2]
    assert "all are started again (1 of 2 times)" in capfd.readouterr().err
    assert max(later - earlier for earlier, later in pairwise(ticks)) < 5
    assert not list(tmp_path.glob("launch-*"))


def test_what_a_process_raised_arrives_as_it_was_and_is_not_tried_again(order, tmp_path, capfd):
    with pytest.raises(CheckpointError) as caught:
        order("refuse", Launch(processes=2, restarts=3))
    assert str(caught.value) == "weights.pt: line one\nis cut off. Bring it again."
    assert len((tmp_path / "starts-1").read_text().split()) == 1
    assert "CheckpointError" not in capfd.readouterr().err


def test_an_unexpected_error_shows_where_it_was(order):
    with pytest.raises(RuntimeError, match=r"launcher\.log") as caught:
        order("err")
    assert "in misbehave" in str(caught.value)
    assert "ZeroDivisionError: the toy divided" in str(caught.value)


def test_a_process_that_is_killed_too_often_is_said_to_be(order):
    with pytest.raises(RuntimeError, match=r"Signal 9 \(SIGKILL\)"):
        order("die_once")


def test_sigterm_to_the_parent_saves_and_ends_in_75(parent, tmp_path):
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(PATIENCE) == STOPPED == 75
    assert {path.name for path in tmp_path.glob("saved-*")} == {"saved-0", "saved-1"}


def test_a_killed_parent_leaves_no_process_behind(parent, tmp_path):
    workers = [int((tmp_path / f"starts-{rank}").read_text()) for rank in (0, 1)]
    parent.kill()
    parent.wait()
    _until(lambda: not any(map(_alive, workers)))
    assert {path.name for path in tmp_path.glob("saved-*")} == {"saved-0", "saved-1"}
    time.sleep(1)
    assert [len((tmp_path / f"starts-{rank}").read_text().split()) for rank in (0, 1)] == [1, 1]


@pytest.fixture
def two_nodes(toy, caplog, monkeypatch, tmp_path):
    """Launch on two nodes: this one, and another that runs the printed command in `elsewhere`."""
    (tmp_path / "here/data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        meeting = f"localhost:{free.getsockname()[1]}"

    def run(processes, elsewhere, **order):
        settings = Launch(processes=processes, nodes=2, rendezvous=meeting, restarts=0)
        codes = []

        def join():
            _until(lambda: told(caplog))
            printed = told(caplog)[0].partition("run: ")[2]
            command = shlex.split(printed.replace(f"--chdir={Path.cwd()}", f"--chdir={elsewhere}"))
            # As a batch system runs it: nobody is at the keyboard.
            done = subprocess.run(command, stdin=subprocess.DEVNULL, cwd="/", check=False)
            codes.append(done.returncode)

        joining = threading.Thread(target=join)
        joining.start()
        with caplog.at_level(logging.INFO):
            # A folder as configurations name it.
            job = toy.Order(act="count", folder=Path("data"), **order)
            report = launch("toy_work", job, settings, Path("data"), toy.Report)
        joining.join(PATIENCE)
        assert codes == [0]
        return report

    return run


def test_another_node_joins_by_the_command_that_is_printed(two_nodes):
    report = two_nodes(1, Path.cwd())
    assert report.ranks == (0, 1)
    assert report.total == 3


def test_the_main_process_is_the_heads_and_others_get_the_weights(two_nodes, tmp_path):
    disk = tmp_path / "elsewhere"
    (disk / "data/teacher").mkdir(parents=True)
    (disk / "data/teacher/model.bin").write_text("of another teacher")
    Path("data/teacher").mkdir()
    Path("data/teacher/model.bin").write_text("the teacher's")
    Path("data/start.bin").write_text("the start's")
    weights = Path("data/teacher/model.bin"), Path("data/start.bin")
    report = two_nodes(2, disk, weights=weights)
    assert report.mains == ("0", "1", "", "")
    assert report.weights == ("the teacher's the start's",) * 4
    assert (disk / "data/start.bin").read_text() == "the start's"


def told(caplog):
    return [text for text in caplog.messages if text.startswith("on each of the other nodes run")]


@pytest.fixture
def parent(toy, tmp_path):
    """A process that launched two which wait."""
    arguments = [sys.executable, str(TOYS / "toy_work.py"), str(tmp_path)]
    with subprocess.Popen(arguments) as process:
        _until(lambda: all((tmp_path / f"starts-{rank}").exists() for rank in (0, 1)))
        time.sleep(1)  # from its start to listening
        yield process
        process.kill()


def _until(done):
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _alive(pid):
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().split()[2] != "Z"
