"""Where a model comes from: its evaluation's run, the code's commits and the data's versions."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.code_version import UNKNOWN, CodeVersion, code_version
from pipelines.evaluate.evaluated_run import COMMIT, DIRTY, EvaluatedRun, find_evaluated_run
from pipelines.promote.evidence import Evidence
from vitpose_plus.datasets.manifest import read_manifest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Provenance:
    """Where a version comes from.

    Attributes:
        evaluated: the run of its evaluation; None: not known.
        promoting: the code that registers it.
        data: its data sets' tables, as `data_versions` gives them.
    """

    evaluated: EvaluatedRun | None
    promoting: CodeVersion
    data: dict[str, str]

    def tags(self) -> dict[str, str]:
        """As a version carries them."""
        code = CodeVersion() if self.evaluated is None else self.evaluated.code
        return {
            "evaluated_run": UNKNOWN if self.evaluated is None else self.evaluated.id,
            COMMIT: code.commit,
            DIRTY: code.dirty,
            f"promotion.{COMMIT}": self.promoting.commit,
            f"promotion.{DIRTY}": self.promoting.dirty,
            **{f"data.{task}": version for task, version in self.data.items()},
        }


def trace(evidence: Evidence, tables: Path) -> Provenance:
    """Find out where an evaluated model comes from.

    Args:
        evidence: what is known of it.
        tables: folder with one folder of tables a data set.
    """
    evaluated = find_evaluated_run(evidence.reports, evidence.submission.weights)
    if evaluated is None:
        log.warning("no run of this experiment has made the evaluation in %s", evidence.reports)
    return Provenance(evaluated, code_version(), data_versions(tables, evidence.tasks))


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
