"""A program that a node runs, such as `kedro run`, and that ends with it."""

import ctypes
import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vitpose_plus.engine.stopping import STOPPED, StopRequests
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # Linux: the signal that a process gets when its parent dies
TICK = 0.5  # seconds
BY_SIGNAL = 128  # and the signal's number: a shell's exit code


def run_command(
    command: Sequence[str],
    environment: Mapping[str, str],
    stop: StopRequests,
    why_stop: Callable[[], str | None] = lambda: None,
) -> int:
    """Run it to its end, or ask it to stop when this process is asked to.

    Args:
        command: words; the first is a program of this Python environment or of the PATH.
        environment: all of it.
        stop: listens for SIGTERM.
        why_stop: another reason to ask it, in words.

    Returns:
        its exit code; 75 if it was asked to stop and had not finished.

    Raises:
        ConfigurationError: there is no such program.
    """
    log.info("$ %s", shlex.join(command))
    child = subprocess.Popen(
        [_program(command[0]), *command[1:]],
        env=dict(environment),
        start_new_session=True,  # a signal to this whole group would reach it twice
        preexec_fn=_ending_with_parent(),
    )
    asked = False
    while True:
        try:
            code = child.wait(TICK)
            break
        except subprocess.TimeoutExpired:
            if asked:
                continue
            if (why := why_stop()) is not None:
                log.error("%s: the command is asked to stop", why)
            if why is not None or stop.requested:
                child.terminate()
                asked = True
    # Engines signal whole trees: the command may have ended by its own copy already.
    if code and (asked or stop.requested):
        return STOPPED
    return code if code >= 0 else BY_SIGNAL - code


def _program(name: str) -> str:
    """One of this Python's environment is found without the PATH, too."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise ConfigurationError(f"{name}: no such program, neither beside Python nor on the PATH")
    return found


def _ending_with_parent() -> Callable[[], None]:
    """Else a training would go on that nobody mirrors, and whose folder nobody else may take."""
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()  # nothing is loaded after the fork

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(STOPPED)

    return in_child
