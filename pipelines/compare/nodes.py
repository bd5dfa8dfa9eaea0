"""Node: compare two models from what their evaluations kept."""

import json
import logging
from pathlib import Path

from pipelines.evaluate.held_out import KEPT, METRICS, kept_held_out, task_evaluation
from pipelines.evaluation_parameters import Comparison, Evaluation
from pipelines.parameters import Data
from pipelines.tracking import log_files
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)


def compare_models(comparison: Comparison, data: Data, evaluation: Evaluation, seed: int) -> None:
    """Write the page that says what the second has over the first, and how sure that is.

    Raises:
        ConfigurationError: a model is not named, or was not evaluated.
        PredictionError: the kept poses are not of today's tables.
    """
    from vitpose_plus.evaluation_pages import ModelEvaluation, write_comparison

    def model(reports: Path | None, key: str) -> ModelEvaluation:
        folder = _evaluated(reports, key)
        figures = json.loads((folder / METRICS).read_text())
        kept = kept_held_out(folder, data, evaluation.split)
        tasks = [task_evaluation(*one, figures) for one in kept]
        return ModelEvaluation(str(folder), tasks, {"Split": evaluation.split})

    page = write_comparison(
        model(comparison.first, "first"),
        model(comparison.second, "second"),
        comparison.page,
        resamples=evaluation.resamples,
        seed=seed,
    )
    log_files(comparison.page, "comparison")
    log.info("the comparison is %s", page)


def _evaluated(reports: Path | None, key: str) -> Path:
    if reports is None:
        raise ConfigurationError(
            "comparison: name two reports folders that kedro run --pipeline=evaluate left: "
            "--params=comparison.first=data/main/reports/vitpose_plus,comparison.second=…"
        )
    if not (reports / METRICS).is_file() or not (reports / KEPT).is_dir():
        raise ConfigurationError(
            f"comparison.{key}: {reports} holds no {METRICS} and {KEPT}/: run "
            "kedro run --pipeline=evaluate first"
        )
    return reports
