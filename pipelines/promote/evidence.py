"""What is known of an evaluated model: weights, figures, poses, and that they belong together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.evaluate.held_out import KEPT, METRICS, REPORT, task_evaluation
from pipelines.evaluate.scored import AGAIN, Scored, read_scored, scored_set, version_of_test_data
from pipelines.parameters import Data
from pipelines.promote.record import Submission
from vitpose_plus.checkpoints.destination import CONFIG, WEIGHTS
from vitpose_plus.checksum import sha256_of_files
from vitpose_plus.datasets.split import read_split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.kept import kept_predictions
from vitpose_plus.evaluation_pages import TaskEvaluation


@dataclass(frozen=True)
class Evidence:
    """An evaluated model.

    Attributes:
        weights: its folder, with `model.safetensors` and `config.json`.
        reports: the folder of its figures and poses.
        scored: what those are of.
        figures: as in metrics.json.
        tasks: the data sets that it was trained on, all of them scored.
    """

    weights: Path
    reports: Path
    scored: Scored
    figures: dict[str, Any]
    tasks: tuple[str, ...]

    @property
    def submission(self) -> Submission:
        """What two promotions of the same have in common."""
        of_tasks = {task: self.scored.sets[task] for task in self.tasks}
        return Submission(
            self.scored.model[WEIGHTS],
            self.scored.model[CONFIG],
            version_of_test_data(of_tasks, flip=self.scored.flip),
        )

    def evaluations(self, data: Data, tasks: Sequence[str]) -> list[TaskEvaluation]:
        """Poses and figures of these tasks, with the truth as it is ingested now.

        Raises:
            PredictionError: the poses are of other rows.
        """
        found = []
        for task in tasks:
            split = read_split(data.tables / task, self.scored.sets[task].split)
            poses = kept_predictions(split, self.reports / KEPT)
            found.append(task_evaluation(split, poses, self.figures))
        return found


def read_evidence(weights: Path, reports: Path) -> Evidence:
    """What an evaluation left of these very weights.

    Raises:
        ConfigurationError: the figures are of other weights, or incomplete, or it is not known of
            which they are.
    """
    if any(not (weights / name).is_file() for name in (WEIGHTS, CONFIG)):
        raise ConfigurationError(
            f"{weights} is no folder of ours with {WEIGHTS} and {CONFIG}: make one of it "
            "(vitpose convert) and evaluate that"
        )
    scored = read_scored(reports)
    if not (reports / REPORT / "index.html").is_file():
        raise ConfigurationError(f"{reports}: the evaluation ended before its report. {AGAIN}")
    if scored.model != sha256_of_files(weights):
        raise ConfigurationError(
            f"{reports}: the figures are of other weights than those in {weights}. {AGAIN}"
        )
    from vitpose_plus.checkpoints import load_config

    tasks = tuple(task.name for task in load_config(weights).tasks)
    if lacking := [task for task in tasks if task not in scored.sets]:
        raise ConfigurationError(
            f"{reports}: no figures of the model's own tasks {', '.join(lacking)}. Ingest them and "
            "evaluate again"
        )
    return Evidence(weights, reports, scored, json.loads((reports / METRICS).read_text()), tasks)


def check_test_data(evidence: Evidence, data: Data) -> None:
    """Refuse figures of test data that has changed since.

    Raises:
        ConfigurationError: a split is not the one that was scored.
    """
    for task in evidence.tasks:
        scored = evidence.scored.sets[task]
        if scored_set(data.tables / task, scored.split) != scored:
            raise ConfigurationError(
                f"{task} {scored.split} was ingested anew since {evidence.reports} was written. "
                f"{AGAIN}"
            )


def obstacles(old: Evidence, new: Evidence) -> str:
    """What keeps their figures from being compared: how the new one was scored otherwise.

    A task that only the new one has is no obstacle.

    Returns:
        All that differs, in a line; empty where nothing does.
    """
    found = [] if old.scored.flip == new.scored.flip else ["mirrored otherwise"]
    for task in old.tasks:
        theirs, ours = old.scored.sets[task], new.scored.sets.get(task)
        if ours is None:
            found.append(f"lacks {task}")
        elif ours != theirs:
            found.append(f"{task} {theirs.split} differs")
    return ", ".join(found)
