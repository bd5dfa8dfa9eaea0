"""What the pages are written from: a model's poses and figures, task by task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vitpose_plus.datasets.split import Split
from vitpose_plus.evaluation.picture_figures import picture_figures
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.score import main_figure
from vitpose_plus.evaluation.significance import PictureFigures


@dataclass(frozen=True, eq=False)
class TaskEvaluation:
    """One task of one model.

    Attributes:
        split: what it was scored on: the truth, its skeleton, metrics and pictures.
        predictions: poses of the split's trainable rows.
        figures: the model's, by name, without those that nothing measures.
        baseline: the mean pose's figures by name; empty: not known.
    """

    split: Split
    predictions: Predictions
    figures: Mapping[str, float]
    baseline: Mapping[str, float] = field(default_factory=dict)

    @property
    def task(self) -> str:
        """The data set's name."""
        return self.split.name

    @property
    def main(self) -> str:
        """The name of the figure that the data set is known by."""
        return main_figure(self.split.metrics)

    def by_picture(self) -> PictureFigures:
        """The figures in the form that the bootstrap draws pictures from."""
        split = self.split
        return picture_figures(self.predictions, split.table, split.skeleton, split.metrics)


@dataclass(frozen=True, eq=False)
class ModelEvaluation:
    """One model.

    Attributes:
        model: what it is called.
        tasks: in the order to show them.
        facts: what else a reader should know, by name: data, date, seed, options.
    """

    model: str
    tasks: Sequence[TaskEvaluation]
    facts: Mapping[str, str] = field(default_factory=dict)
