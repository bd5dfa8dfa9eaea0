"""A version's model card, from the template that mlflow/ holds."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.promote.evidence import Evidence
from pipelines.promote.provenance import Provenance
from vitpose_plus.errors import ConfigurationError

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPoseConfig


@dataclass(frozen=True)
class CardRow:
    """One task's line: its main figure, the model's and the mean pose's, and the test data."""

    task: str
    figure: str
    model: float | None
    mean_pose: float | None
    instances: int
    split: str
    data: str


def render_card(template: Path, name: str, evidence: Evidence, origin: Provenance) -> str:
    """Fill in the template.

    Args:
        template: in Jinja's language.
        name: the registered model's.
        evidence: the model's figures.
        origin: where it comes from.

    Raises:
        ConfigurationError: there is no template, or it asks for what is not known.
    """
    import jinja2

    from vitpose_plus.checkpoints import load_config

    config: ViTPoseConfig = load_config(evidence.weights)
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    try:
        return environment.from_string(template.read_text()).render(
            name=name,
            config=config,
            submission=evidence.submission,
            flip=evidence.scored.flip,
            rows=[_row(evidence, task, origin.data[task]) for task in evidence.tasks],
            origin=origin,
        )
    except (OSError, jinja2.TemplateError) as error:
        raise ConfigurationError(f"promotion.card: {template}: {error}") from error


def _row(evidence: Evidence, task: str, data: str) -> CardRow:
    of_task = evidence.figures[task]
    figure = of_task["figure"]
    return CardRow(
        task=task,
        figure=figure,
        model=of_task["model"].get(figure),
        mean_pose=of_task["mean_pose"].get(figure),
        instances=of_task["instances"],
        split=evidence.scored.sets[task].split,
        data=data,
    )
