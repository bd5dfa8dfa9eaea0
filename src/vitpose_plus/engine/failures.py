"""What ended a training's processes, from the files that torch elastic keeps of their errors."""

import json
from dataclasses import dataclass
from pathlib import Path

from vitpose_plus import errors

SHOWN_LINES = 20


@dataclass(frozen=True)
class Failure:
    """A process's last words.

    Attributes:
        kind: the exception's class.
        message: what it said.
        traceback: where it came from.
    """

    kind: str
    message: str
    traceback: str

    @property
    def mendable(self) -> bool:
        """Whether it is the user's to mend: to start the processes again would not help."""
        kind = getattr(errors, self.kind, None)
        return isinstance(kind, type) and issubclass(kind, errors.VitposeError)

    def error(self) -> errors.VitposeError:
        """The exception that the process raised, of those in `errors`."""
        error: errors.VitposeError = getattr(errors, self.kind)(self.message)
        return error


def read_failure(path: Path) -> Failure:
    """A file that torch elastic's `record` wrote."""
    held = json.loads(path.read_bytes())["message"]
    kind, _, message = held["message"].partition(": ")
    return Failure(kind, message, held["extraInfo"]["py_callstack"])


def mendable_failure(folder: Path) -> Failure | None:
    """The first of all attempts' that the user can mend.

    Args:
        folder: anywhere above torch elastic's `attempt_<n>/<process>/error.json`.
    """
    failures = map(read_failure, _files(folder))
    return next((failure for failure in failures if failure.mendable), None)


def last_words(folder: Path) -> str:
    """Why the last attempt failed: its first process's traceback, else the agent's log.

    A process that was killed leaves no error of its own, but makes others fail: the agent's log
    tells of both.

    Args:
        folder: with torch elastic's files and the agent's `launcher.log`.
    """
    files = _files(folder)
    last = [path for path in files if path.parents[1] == files[-1].parents[1]]
    own = read_failure(last[0]).traceback if last else ""
    agents = (folder / "launcher.log").read_text(errors="replace")
    return "\n".join(_tail(text) for text in (own, agents) if text)


def _files(folder: Path) -> list[Path]:
    """The oldest first: an error makes others, of connections that broke."""
    files = folder.glob("**/attempt_*/*/error.json")
    return sorted(files, key=lambda path: path.stat().st_mtime_ns)


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-SHOWN_LINES:])
