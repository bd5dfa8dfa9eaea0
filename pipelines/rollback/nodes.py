"""Node: withdraw the champion."""

import logging
from collections.abc import Sequence

from pipelines.parameters import Promotion
from pipelines.promote.record import WITHDRAWN, Record, Version
from pipelines.promote.registry import needed_run, open_registry
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)


def roll_back(promotion: Promotion) -> None:
    """Withdraw the champion, so that the former one is champion again.

    Each further call takes one more step back. Where the alias was behind the record, which a
    killed promotion or a deleted version leaves so, that is mended first and nothing is withdrawn:
    nobody has seen that champion fail.

    Raises:
        ConfigurationError: there is no champion, or none before it.
    """
    run, registry = needed_run(), open_registry(promotion.registered_model)
    served = registry.aliases().get("champion") if registry.exists() else None
    if not registry.moved_by_hand():
        champion = registry.settle().champion
        if champion is not None and champion.number != served:
            print(
                f"\n{registry.name}: the alias champion was behind the record, for a promotion was "
                f"killed or a version deleted. Now version {champion.number} is champion. Nothing "
                "was withdrawn; to withdraw it, roll back again\n"
            )
            return
    withdrawn = _withdrawn(registry.record(), served, registry.name)
    for version in withdrawn:
        registry.tag(version.number, {WITHDRAWN: f"rolled back from by run {run}"})
    _tell(registry.name, withdrawn, registry.settle(overrule=True))


def _withdrawn(record: Record, served: int | None, name: str) -> list[Version]:
    """All of the champion's model; where the alias was moved back by hand, all after the served.

    Raises:
        ConfigurationError: nobody would be left.
    """
    standing = record.standing
    if not standing:
        raise ConfigurationError(f"{name} has no champion: promote a model first")
    if served is not None and served in [version.number for version in standing[:-1]]:
        return [version for version in standing if version.number > served]
    former = record.former_champion
    if former is None:
        raise ConfigurationError(
            f"{name}: version {standing[-1].number} is champion and none was before it that still "
            "stands and is another model, so nothing was changed. Promote another model"
        )
    return [version for version in standing if version.number > former.number]


def _tell(name: str, withdrawn: Sequence[Version], after: Record) -> None:
    import mlflow

    numbers = ", ".join(str(version.number) for version in withdrawn)
    gone = f"version {numbers} is" if len(withdrawn) == 1 else f"versions {numbers} are"
    said = f"{gone} withdrawn, {_named(after.champion)} is champion"
    mlflow.set_tag("rollback", said)
    print(f"\n{name}: {said}. Behind it stands {_named(after.former_champion)}\n")


def _named(version: Version | None) -> str:
    return "nobody" if version is None else f"version {version.number}"
