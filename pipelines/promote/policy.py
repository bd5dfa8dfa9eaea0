"""What a model must show to become champion: mlflow/promotion.yml."""

from collections.abc import Collection
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter
from pydantic import ValidationError as PydanticError

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.settings import settings


@settings
class LatencyBudget:
    """How long one crop may take, mirrored copy included, on the machine that promotes.

    Attributes:
        most_ms: milliseconds a crop; None: any.
        most_ratio: times the champion's, both measured in turn; None: any.
        batch_size: crops at once.
        rounds: how often each model is measured; the median counts.
    """

    most_ms: float | None = Field(default=None, gt=0)
    most_ratio: float | None = Field(default=None, gt=0)
    batch_size: int = Field(default=8, ge=1)
    rounds: int = Field(default=15, ge=3)


@settings
class Policy:
    """The rules, all of which must hold.

    Attributes:
        tolerance: by how much a task's main figure may fall, of 0 to 1.
        tolerances: of tasks that have another one.
        least_gain: the interval of the mean gain lies above it.
        resamples: draws of pictures for that interval.
        latency: the budget.
        patience: seconds without a sign of life after which a promotion counts as dead.
    """

    tolerance: float = Field(ge=0)
    tolerances: dict[str, float] = Field(default_factory=dict)
    least_gain: float = Field(default=0.0, ge=0)
    resamples: int = Field(default=1000, ge=100)
    latency: LatencyBudget = LatencyBudget()
    patience: float = Field(default=60.0, ge=3)

    def tolerance_of(self, task: str) -> float:
        """By how much its main figure may fall."""
        return self.tolerances.get(task, self.tolerance)


def read_policy(path: Path, datasets: Collection[str]) -> Policy:
    """Read the file.

    Args:
        path: of the file.
        datasets: names that a tolerance may be of.

    Raises:
        ConfigurationError: there is none, it is no YAML, or a key is unknown, missing or unfit.
    """
    try:
        content = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigurationError(
            f"promotion.policy: {path} cannot be read: {error.strerror or error}"
        ) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is no YAML: {error}") from error
    try:
        policy = TypeAdapter(Policy).validate_python(content)
    except PydanticError as error:
        known = ", ".join(TypeAdapter(Policy).json_schema()["properties"])
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigurationError(
            "\n".join([f"{path} is wrong; it may state {known}.", *lines])
        ) from error
    if unknown := sorted(set(policy.tolerances) - set(datasets)):
        raise ConfigurationError(
            f"{path}: tolerances: {', '.join(unknown)}: no data set of this name; there are "
            f"{', '.join(datasets)}"
        )
    return policy
