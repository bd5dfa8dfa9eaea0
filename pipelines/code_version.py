"""Which code runs here: the git commit, as MLflow's runs and versions carry it."""

import logging
import subprocess
from dataclasses import dataclass

log = logging.getLogger(__name__)

UNKNOWN = "unknown"


@dataclass(frozen=True)
class CodeVersion:
    """A git commit, and whether files differ from it: `yes` or `no`; or unknown."""

    commit: str = UNKNOWN
    dirty: str = UNKNOWN


def code_version() -> CodeVersion:
    """Of the work tree that this runs in; unknown outside one."""
    commit, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if commit is None or status is None:
        log.warning("no git commit is known here, so none is recorded")
        return CodeVersion()
    return CodeVersion(commit.strip(), "yes" if status.strip() else "no")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
