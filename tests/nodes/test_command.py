import os
import signal
import subprocess
import sys
import time

import pytest

from vitpose_plus.engine.stopping import StopRequests
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.nodes.command import run_command

SAVES = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (open("saved", "w").close(), sys.exit(75)))
open("ready", "w").close()
time.sleep(60)
"""
STOPS_AT_ONCE = SAVES.replace('(open("saved", "w").close(), sys.exit(75))', "sys.exit(3)")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def in_folder(*command, **arguments):
        with StopRequests() as stop:
            return run_command(command, os.environ, stop, **arguments)

    return in_folder


@pytest.fixture
def _soon(tmp_path):
    """SIGTERM to this process, once the command is ready for it."""
    asking = subprocess.Popen(
        ["sh", "-c", f"until [ -e ready ]; do sleep 0.05; done; kill -TERM {os.getpid()}"],
        cwd=tmp_path,
    )
    yield
    asking.wait()


def test_the_exit_code_is_the_commands(run):
    assert run("sh", "-c", "exit 7") == 7
    assert run("python", "-c", "import vitpose_plus") == 0  # of this environment


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("program", [SAVES, STOPS_AT_ONCE])
def test_sigterm_reaches_the_command_and_the_code_is_75(run, program, tmp_path):
    assert run("python", "-c", program) == 75
    assert (tmp_path / "saved").exists() == (program == SAVES)


def test_what_is_done_in_vain_is_stopped(run, tmp_path):
    ready = tmp_path / "ready"
    why = lambda: "the store is taken" if ready.exists() else None  # noqa: E731
    assert run("python", "-c", SAVES, why_stop=why) == 75
    assert (tmp_path / "saved").exists()


def test_a_killed_command_ends_as_a_shell_says_it(run):
    assert run("sh", "-c", "kill -9 $$") == 137


@pytest.mark.usefixtures("_soon")
def test_a_command_that_has_the_signal_first_still_ends_in_75(run):
    """As where an engine signals every process of a tree."""
    program = "touch ready; sleep 0.3; kill -TERM $$"
    assert run("sh", "-c", program) == 75


def test_a_missing_program_is_named(run):
    with pytest.raises(ConfigurationError, match="kedrow"):
        run("kedrow", "run")


def test_the_command_does_not_outlive_a_killed_node(tmp_path):
    program = (
        "import os; from vitpose_plus.engine.stopping import StopRequests\n"
        "from vitpose_plus.nodes.command import run_command\n"
        f"with StopRequests() as stop: run_command(['python', '-c', {SAVES!r}], os.environ, stop)"
    )
    node = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
    _until((tmp_path / "ready").exists)
    node.send_signal(signal.SIGKILL)
    node.wait()
    _until((tmp_path / "saved").exists)


def _until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
