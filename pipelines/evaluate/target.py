"""What is scored, and where its figures go."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.model_address import local_weights
from pipelines.parameters import Evaluation, Experiment


@dataclass(frozen=True)
class Target:
    """A model to score.

    Attributes:
        weights: its folder or file on this machine.
        name: what reports call it.
        tasks: names of the data sets to score it on; None: all that its tasks cover.
        reports: folder of its figures.
    """

    weights: str
    name: str
    tasks: tuple[str, ...] | None
    reports: Path


def trained_model(best_model: str, experiment: Experiment) -> Target:
    """What this very run has trained, whatever model the configuration names besides."""
    return Target(best_model, best_model, experiment.tasks, experiment.reports)


def find_model(experiment: Experiment, evaluation: Evaluation) -> Target:
    """The model that is named, else what the experiment's training left.

    Raises:
        ConfigurationError: there is none.
    """
    if evaluation.model is None:
        best = str(experiment.models / "best")
        return trained_model(local_weights(best, "evaluation.model", experiment.models), experiment)
    fetched = evaluation.reports / "model"
    weights = local_weights(evaluation.model, "evaluation.model", fetched)
    return Target(weights, evaluation.model, None, evaluation.reports)
