"""Node: withdraw the champion."""

import logging

from pipelines.parameters import Promotion
from pipelines.promote.record import WITHDRAWN, Record, Version
from pipelines.promote.registry import Registry, needed_run, open_registry
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)


def roll_back(promotion: Promotion) -> None:
    """Withdraw the champion, so that the former one is champion again.

    Each further call takes one more step back. Where a killed promotion's champion was not yet
    served, its work is ended first and nothing is withdrawn: nobody has seen that one fail.

    Raises:
        ConfigurationError: there is no champion, or none before it.
    """
    run, registry = needed_run(), open_registry(promotion.registered_model)
    served = registry.aliases().get("champion") if registry.exists() else None
    if not registry.moved_by_hand():
        champion = registry.settle().champion
        if champion is not None and champion.number != served:
            print(
                f"\n{registry.name}: version {champion.number} had been promoted when its "
                "promotion was killed, and is champion now. Nothing was withdrawn; to withdraw it, "
                "roll back again\n"
            )
            return
    record = registry.record()
    for version in _withdrawn(record, served, registry.name):
        registry.tag(version.number, {WITHDRAWN: f"rolled back from by run {run}"})
    champion = registry.settle(overrule=True).champion
    _tell(registry, record, champion)


def _withdrawn(record: Record, served: int | None, name: str) -> list[Version]:
    """The champion; where the alias was moved back by hand, all that came after the served one.

    Raises:
        ConfigurationError: nobody would be left.
    """
    standing = [version for version in record.versions if version.promoted]
    if not standing:
        raise ConfigurationError(f"{name} has no champion: promote a model first")
    if served is not None and served in [version.number for version in standing[:-1]]:
        return [version for version in standing if version.number > served]
    if len(standing) == 1:
        raise ConfigurationError(
            f"{name}: version {standing[0].number} is champion and none was before it that still "
            "stands, so nothing was changed. Promote another model"
        )
    return standing[-1:]


def _tell(registry: Registry, before: Record, champion: Version | None) -> None:
    import mlflow

    old = before.champion
    assert old is not None and champion is not None
    said = f"version {old.number} is withdrawn, version {champion.number} is champion again"
    former = registry.record().former_champion
    further = f"version {former.number}" if former else "nobody: it is the last"
    mlflow.set_tag("rollback", said)
    print(f"\n{registry.name}: {said}. Behind it stands {further}\n")
