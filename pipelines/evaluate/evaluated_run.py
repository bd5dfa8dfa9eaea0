"""Which MLflow run an evaluation is of: tagged where it is made, found where it is promoted."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.code_version import CodeVersion, code_version
from pipelines.evaluate.held_out import SCORED
from pipelines.tracking import open_run, tag_run
from vitpose_plus.checksum import sha256_of

COMMIT, DIRTY = "git_commit", "git_dirty"


@dataclass(frozen=True)
class EvaluatedRun:
    """A run's id, and the code that ran in it."""

    id: str
    code: CodeVersion


def tag_evaluated_run(reports: Path, weights: str) -> None:
    """Let the open run be found by the evaluation that it wrote, if a run is open.

    Args:
        reports: the folder of figures, with `scored.json`.
        weights: SHA-256 of the scored weights.
    """
    code = code_version()
    tag_run({_name(reports): weights, COMMIT: code.commit, DIRTY: code.dirty})


def find_evaluated_run(reports: Path, weights: str) -> EvaluatedRun | None:
    """The newest run of the open run's experiment that wrote this very evaluation.

    Args:
        reports: the folder of figures, with `scored.json`.
        weights: SHA-256 of the scored weights.

    Returns:
        None where there is none: it was made without MLflow, in another experiment or elsewhere.
    """
    import mlflow

    runs = mlflow.MlflowClient().search_runs(
        [mlflow.get_run(str(open_run())).info.experiment_id],
        filter_string=f"tags.`{_name(reports)}` = '{weights}'",
        order_by=["attributes.start_time DESC"],
        max_results=1,
    )
    if not runs:
        return None
    (run,) = runs
    return EvaluatedRun(run.info.run_id, CodeVersion(run.data.tags[COMMIT], run.data.tags[DIRTY]))


def _name(reports: Path) -> str:
    """The tag's: one run may score several models, so none of them can have a name alone."""
    return f"weights_sha256.{sha256_of(reports / SCORED)}"
