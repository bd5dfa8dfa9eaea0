"""Torch elastic's agent, the process that starts and watches the workers of one node."""

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.stopping import StopRequests

TICK = 0.5  # seconds
GRACE = 120  # seconds that workers have to save in, between SIGTERM and SIGKILL
HELD = "VITPOSE_LAUNCHER_HOLDS_STDIN"  # set for the workers of `run_agent`, not for other nodes'

OURS = {
    "TORCH_ELASTIC_SHUTDOWN_TIMEOUT": str(GRACE),
    # Else workers that were started again find the addresses of those that died
    # (pytorch issues 135712 and 167288).
    "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",
}


def run_agent(
    worker: str,
    arguments: Sequence[Path],
    launch: Launch,
    folder: Path,
    tick: Callable[[], None],
) -> bool:
    """Run a worker module in this node's processes until all have ended.

    What the workers say is shown; what the agent says goes to `launcher.log`. SIGTERM is passed
    on, any exception here ends them too.

    Args:
        worker: the module.
        arguments: its command line.
        launch: processes, nodes and restarts.
        folder: gets `launcher.log` and `errors/`.
        tick: called twice a second.

    Returns:
        whether SIGTERM came.
    """
    command = [*_command(worker, launch, folder), *map(str, arguments)]
    with (folder / "launcher.log").open("wb") as words, StopRequests() as stop:
        agent = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # held open: its end tells the workers of ours
            stdout=2,
            stderr=words,
            env=_environment(launch, os.environ) | {HELD: "1"},
            start_new_session=True,  # Ctrl-C reaches us alone: we pass it on once
        )
        with agent:
            try:
                _watch(agent, stop, tick)
            except BaseException:
                agent.terminate()
                agent.wait()  # Popen itself would leave after Ctrl-C before all is saved
                raise
    return stop.requested


def end_with_launcher() -> None:
    """In a worker: stop as on SIGTERM when the process that called `run_agent` is gone.

    However it went: all workers have the far end of a pipe of its for their standard input.
    On a node that joined by its own command there is none to wait for.
    """
    if HELD not in os.environ:
        return
    agent = os.getppid()

    def wait() -> None:
        while os.read(0, 1):
            pass
        # The agent asks every worker; a worker without an agent asks itself.
        os.kill(agent if os.getppid() == agent else os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def speak_aloud() -> None:
    """In a worker: print errors where `run_agent` was called, not in the agent's log."""
    os.dup2(1, 2)


def _watch(agent: subprocess.Popen[bytes], stop: StopRequests, tick: Callable[[], None]) -> None:
    asked = False
    while True:
        try:
            agent.wait(TICK)
            return
        except subprocess.TimeoutExpired:
            tick()
        if stop.requested and not asked:
            agent.terminate()
            asked = True


def joining_command(worker: str, arguments: Sequence[Path], launch: Launch, folder: Path) -> str:
    """What another node, which sees the same folder, runs to take part, as a shell takes it."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    needed = [f"{name}={value}" for name, value in (kept | _environment(launch, {})).items()]
    paths = [str(path.resolve()) for path in arguments]
    # The job's own paths are relative to this folder.
    here = f"--chdir={Path.cwd()}"
    return shlex.join(["env", here, *needed, *_command(worker, launch, folder.resolve()), *paths])


def _command(worker: str, launch: Launch, folder: Path) -> list[str]:
    if launch.nodes == 1:
        meeting = ["--standalone", "--local-addr", "localhost"]
    else:
        # By the module's name: nodes that run another step do not join in.
        where = ["--rdzv-backend", "c10d", "--rdzv-endpoint", str(launch.rendezvous)]
        meeting = [*where, "--rdzv-id", worker]
    return [
        *(sys.executable, "-m", "torch.distributed.run"),
        *("--nproc-per-node", str(launch.processes), "--nnodes", str(launch.nodes), *meeting),
        *("--max-restarts", str(launch.restarts), "--log-dir", str(folder / "errors")),
        *("-m", worker),
    ]


def _environment(launch: Launch, users: Mapping[str, str]) -> dict[str, str]:
    """Each worker its share of the cores; what the user set stays."""
    import torch

    ours = {
        "OMP_NUM_THREADS": str(max(1, torch.get_num_threads() // launch.processes)),
    }
    return ours | OURS | dict(users)
