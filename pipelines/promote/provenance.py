"""Where a model comes from: the code's commit and the data's versions."""

import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path

from vitpose_plus.datasets.manifest import read_manifest

log = logging.getLogger(__name__)

UNKNOWN = "unknown"


def code_version() -> dict[str, str]:
    """The git commit, and whether files differ from it; unknown outside a work tree."""
    commit, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if commit is None or status is None:
        log.warning("no git commit is known here: the version is registered without one")
        return {"git_commit": UNKNOWN, "git_dirty": UNKNOWN}
    return {"git_commit": commit.strip(), "git_dirty": "yes" if status.strip() else "no"}


def data_versions(tables: Path, tasks: Sequence[str]) -> dict[str, str]:
    """Each data set's tables: `dvc:` and DVC's hash, else `manifest:` and its fingerprint.

    DVC's is what `dvc pull` brings back. It counts only while the tables are what it was taken of.

    Args:
        tables: folder with one folder of tables a data set.
        tasks: the data sets.
    """
    recorded = _dvc_hashes([tables / task for task in tasks])
    return {
        task: f"dvc:{recorded[tables / task]}"
        if tables / task in recorded
        else f"manifest:{read_manifest(tables / task).fingerprint}"
        for task in tasks
    }


def _dvc_hashes(folders: Sequence[Path]) -> dict[Path, str]:
    """Of those folders that lie as DVC has recorded them."""
    from dvc.exceptions import (  # type: ignore[import-untyped]
        DvcException,
        OutputNotFoundError,
    )
    from dvc.repo import Repo  # type: ignore[import-untyped]

    found = {}
    try:
        with Repo() as repo:
            for folder in folders:
                try:
                    (out,) = repo.find_outs_by_path(str(folder))
                except OutputNotFoundError:
                    continue
                if out.hash_info and not out.workspace_status():
                    found[folder] = str(out.hash_info.value)
    except (DvcException, OSError) as error:
        log.info("DVC knows no versions of the tables: %s", error)
    if unrecorded := [str(folder) for folder in folders if folder not in found]:
        log.info("not as DVC has recorded it, if at all: %s", ", ".join(unrecorded))
    return found


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
