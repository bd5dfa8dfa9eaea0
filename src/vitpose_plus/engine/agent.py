"""Torch elastic's agent, the process that starts and watches the workers of one node."""

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from vitpose_plus.engine.address import interface_of, outward_address, own_address
from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.stopping import StopRequests
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.settings import settings

TICK = 0.5  # seconds
GRACE = 120  # seconds that workers have to save in, between SIGTERM and SIGKILL
HELD = "VITPOSE_LAUNCHER_HOLDS_STDIN"  # set for the workers of `run_agent`
HEAD = "VITPOSE_HAS_MAIN"  # set on the node whose first process is to be the main one

OURS = {
    "TORCH_ELASTIC_SHUTDOWN_TIMEOUT": str(GRACE),
    # Else workers that were started again find the addresses of those that died
    # (pytorch issues 135712 and 167288).
    "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",
}


@settings
class Meeting:
    """How the agents of several nodes find one another.

    Attributes:
        number: of the offer that they follow: an agent of a former one meets nobody. Empty: they
            were started by hand.
        patience: seconds that they wait for one another.
        head: this node has the main process, and the others meet at it.
    """

    number: str = ""
    patience: float = 600.0
    head: bool = True


@dataclass(frozen=True)
class Ended:
    """How an agent came to its end.

    Attributes:
        stopped: SIGTERM came.
        code: its exit code; 0, all its workers did their work.
    """

    stopped: bool
    code: int


def run_agent(
    worker: str,
    arguments: Sequence[Path],
    launch: Launch,
    folder: Path,
    tick: Callable[[], None],
    *,
    meeting: Meeting,
    stop: StopRequests | None = None,
) -> Ended:
    """Run a worker module in this node's processes until all have ended.

    What the workers say is shown; what the agent says goes to `launcher.log`. SIGTERM is passed
    on, any exception here ends them too.

    Args:
        worker: the module.
        arguments: its command line.
        launch: processes, nodes and restarts.
        folder: gets `launcher.log` and `errors/`.
        tick: called twice a second.
        meeting: with other nodes' agents.
        stop: listens for SIGTERM already; None: this does.

    Raises:
        ConfigurationError: the place where nodes meet cannot be found from here.
    """
    own = _towards(launch) if launch.nodes > 1 else None
    where = _where(worker, launch, meeting, own)
    command = [*_command(worker, launch, folder, where), *map(str, arguments)]
    listening = nullcontext(stop) if stop is not None else StopRequests()
    with (folder / "launcher.log").open("wb") as words, listening as stop:
        agent = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # held open: its end tells the workers of ours
            stdout=2,
            stderr=words,
            env=_environment(launch, _network(own) | os.environ) | _marks(meeting),
            start_new_session=True,  # Ctrl-C reaches us alone: we pass it on once
        )
        with agent:
            try:
                _watch(agent, stop, tick)
            except BaseException:
                agent.terminate()
                agent.wait()  # Popen itself would leave after Ctrl-C before all is saved
                raise
    return Ended(stop.requested, agent.returncode)


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
    where = _where(worker, launch, Meeting(head=False), None)
    command = _command(worker, launch, folder.resolve(), where)
    return shlex.join(["env", here, *needed, *command, *paths])


def _command(worker: str, launch: Launch, folder: Path, where: Sequence[str]) -> list[str]:
    return [
        *(sys.executable, "-m", "torch.distributed.run"),
        *("--nproc-per-node", str(launch.processes), "--nnodes", str(launch.nodes), *where),
        *("--max-restarts", str(launch.restarts), "--log-dir", str(folder / "errors")),
        *("-m", worker),
    ]


def _where(worker: str, launch: Launch, meeting: Meeting, own: str | None) -> list[str]:
    """Where the agents find one another; `own`: this machine's address, if its agent is meant."""
    if launch.nodes == 1:
        return ["--standalone", "--local-addr", "localhost"]
    place = ["--rdzv-backend", "c10d", "--rdzv-endpoint", str(launch.rendezvous)]
    # By the module's name: nodes that run another step do not join in.
    named = ["--rdzv-id", worker + meeting.number]
    conf = f"is_host={str(meeting.head).lower()},join_timeout={meeting.patience:.0f}"
    local = ["--local-addr", own] if own is not None else []
    return [*place, *named, "--rdzv-conf", conf, *local]


def _network(own: str | None) -> dict[str, str]:
    """Gloo, too, would look up the machine's own name; NCCL would take the first that fits."""
    if own is None or (interface := interface_of(own)) is None:
        return {}
    return {"GLOO_SOCKET_IFNAME": interface, "NCCL_SOCKET_IFNAME": f"={interface}"}


def _towards(launch: Launch) -> str:
    """This machine's address, as the other nodes reach it."""
    assert launch.rendezvous is not None
    host = launch.rendezvous.rpartition(":")[0]
    try:
        found = own_address(host)
        # The host itself may know its name as 127.0.1.1, as Debian writes it.
        return outward_address() or found if found.startswith("127.") else found
    except OSError as error:
        raise ConfigurationError(
            f"launch.rendezvous: {host} cannot be reached from here: {error}. Name the node that "
            "runs kedro by a name or an address that every node knows"
        ) from error


def _environment(launch: Launch, users: Mapping[str, str]) -> dict[str, str]:
    """Each worker its share of the cores; what the user set stays."""
    import torch

    ours = {
        "OMP_NUM_THREADS": str(max(1, torch.get_num_threads() // launch.processes)),
    }
    return ours | OURS | dict(users)


def _marks(meeting: Meeting) -> dict[str, str]:
    return {HELD: "1"} | ({HEAD: "1"} if meeting.head else {})
