"""What is scored, and where its figures go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.evaluation_parameters import Evaluation, Unsaid
from pipelines.model_address import local_weights
from pipelines.parameters import Experiment
from vitpose_plus.checksum import sha256_of_files

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPose


@dataclass(frozen=True)
class Target:
    """A model to score.

    Attributes:
        weights: its folder or file on this machine.
        name: what reports call it.
        tasks: names of the data sets to score it on; None: all that its tasks cover.
        reports: folder of its figures.
        checksums: of its files, by name, as they were before it was loaded.
        unsaid: what its file does not say of itself.
    """

    weights: str
    name: str
    tasks: tuple[str, ...] | None
    reports: Path
    checksums: Mapping[str, str]
    unsaid: Unsaid = field(default_factory=Unsaid)

    def load(self) -> "ViTPose":
        """The model in evaluation mode, on the GPU if there is one.

        Raises:
            CheckpointError: it cannot be read, or contradicts what is said of it.
        """
        import torch

        from vitpose_plus.checkpoints import load_model

        said = self.unsaid
        model = load_model(
            self.weights,
            tasks=said.tasks,
            input_size=said.input_size,
            ratio=said.ratio,
            heads=said.heads,
        )
        return model.to("cuda" if torch.cuda.is_available() else "cpu")


def trained_model(best_model: str, experiment: Experiment) -> Target:
    """What this very run has trained, whatever model the configuration names besides."""
    checksums = sha256_of_files(Path(best_model))
    return Target(best_model, best_model, experiment.tasks, experiment.reports, checksums)


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
    return Target(
        weights=weights,
        name=evaluation.model,
        tasks=None,
        reports=evaluation.reports,
        checksums=sha256_of_files(Path(weights)),
        unsaid=evaluation.unsaid,
    )


def find_model_after(
    experiment: Experiment, evaluation: Evaluation, ingested: Mapping[str, object]
) -> Target:
    """The same, once the data sets are there."""
    return find_model(experiment, evaluation)
