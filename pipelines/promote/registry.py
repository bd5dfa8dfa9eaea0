"""One registered model in MLflow's registry: its record read, written to, and its aliases kept."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.promote.record import OWNER, Record, Version
from pipelines.tracking import open_run
from vitpose_plus.errors import ConfigurationError

if TYPE_CHECKING:
    from mlflow import MlflowClient

log = logging.getLogger(__name__)

LAST_SET = "promotion.champion"
"""Tag of the registered model: where `settle` last left the alias champion."""
PAGE = 1000
LOOKS, PAUSE = 5, 0.3  # Before an alias counts as moved by hand; seconds between.
ROUNDS = 10  # Of setting aliases while others set them, too.


@dataclass(frozen=True)
class Registry:
    """A registered model.

    Attributes:
        client: of the registry.
        name: the model's.
    """

    client: "MlflowClient"
    name: str

    def record(self) -> Record:
        """All its versions that `promote` registered."""
        found: list[Version] = []
        token: str | None = None
        while token != "":
            page = self.client.search_model_versions(
                f"name='{self.name}'", max_results=PAGE, page_token=token
            )
            found += [Version(int(one.version), dict(one.tags)) for one in page]
            token = page.token or ""
        ours = [one for one in found if OWNER in one.tags]
        return Record(tuple(sorted(ours, key=lambda one: one.number)))

    def register(self, source: str, run_id: str | None, tags: dict[str, str], card: str) -> Version:
        """Make a version; it appears with all its tags or not at all, under a number of its own.

        Args:
            source: `models:/` and the logged model's id.
            run_id: the run that logged it.
            tags: the version's.
            card: its description.
        """
        self._ensure_exists()
        made = self.client.create_model_version(
            self.name, source, run_id=run_id, tags=tags, description=card
        )
        return Version(int(made.version), dict(made.tags))

    def tag(self, number: int, tags: dict[str, str]) -> None:
        """Set tags of a version, one after the other, in this order."""
        for key, value in tags.items():
            _insist(self.client.set_model_version_tag, self.name, str(number), key, value)

    def aliases(self) -> dict[str, int]:
        """As they are."""
        found = self.client.get_registered_model(self.name).aliases
        return {alias: int(version) for alias, version in found.items()}

    def settle(self, *, overrule: bool = False) -> Record:
        """Let the aliases follow the record: ends what a killed promotion or rollback began.

        Args:
            overrule: set the alias champion even if somebody moved it by hand.

        Raises:
            ConfigurationError: somebody moved it, and is not to be overruled; or others set the
                aliases again and again.
        """
        if not self.exists():
            return Record(())
        for _ in range(ROUNDS):
            if not overrule:
                self._refuse_moved()
            record = self.record()
            # Another's decision may come between: who has written reads again, and mends.
            if not self._set_aliases(record.aliases()):
                return record
        raise ConfigurationError(
            f"{self.name}: others changed the aliases each of {ROUNDS} times that they were set. "
            "Let them end, then run this again"
        )

    def moved_by_hand(self) -> bool:
        """Whether the alias champion is neither where the record has it nor where we left it."""
        if not self.exists():
            return False
        for _ in range(LOOKS):
            model = self.client.get_registered_model(self.name)
            found = str(model.aliases.get("champion", ""))
            left = model.tags.get(LAST_SET, "")
            # Read after the alias: a record is always written before the alias that follows.
            record = self.record()
            if found in (left, str(record.aliases()["champion"] or "")):
                return False
            if not found and record.numbered(int(left)) is None:
                return False  # MLflow takes a deleted version's aliases along.
            time.sleep(PAUSE)  # It may be moving this very moment.
        return True

    def _set_aliases(self, wanted: dict[str, int | None]) -> bool:
        """Whether anything had to be set."""
        found = self.aliases()
        changed = {name: at for name, at in wanted.items() if found.get(name) != at}
        for name, number in changed.items():
            if number is None:
                _insist(self.client.delete_registered_model_alias, self.name, name)
            else:
                _insist(self.client.set_registered_model_alias, self.name, name, str(number))
            log.info("%s: %s is %s", self.name, name, f"version {number}" if number else "nobody")
        champion = str(wanted["champion"] or "")
        if self.client.get_registered_model(self.name).tags.get(LAST_SET, "") != champion:
            _insist(self.client.set_registered_model_tag, self.name, LAST_SET, champion)
        return bool(changed)

    def _refuse_moved(self) -> None:
        if not self.moved_by_hand():
            return
        found, champion = self.aliases().get("champion"), self.record().champion
        stands = f"version {champion.number}" if champion else "nobody"
        back = f"put the alias back to {stands}" if champion else "take the alias away"
        raise ConfigurationError(
            f"{self.name}: the alias champion was moved by hand to "
            f"{f'version {found}' if found else 'nothing'}; by the record {stands} is champion. "
            f"Either {back}, or bring a former champion back with kedro run --pipeline=rollback"
        )

    def exists(self) -> bool:
        """Whether anything was ever registered under the name."""
        return bool(self.client.search_registered_models(f"name='{self.name}'"))

    def _ensure_exists(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.create_registered_model(self.name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise


def _insist(write: Callable[..., None], *arguments: str) -> None:
    """Write, and once more where MLflow refuses.

    It looks, then inserts: of two who set the same new alias or tag at once, the second's insert is
    refused as a bad request. Asked again, it finds what is to be overwritten.
    """
    from mlflow.exceptions import MlflowException

    try:
        write(*arguments)
    except MlflowException as error:
        if error.error_code != "BAD_REQUEST":
            raise
        log.info("set by another at once, so set again: %s", ", ".join(arguments))
        write(*arguments)


def open_registry(name: str) -> Registry:
    """The registry that kedro-mlflow's configuration points to."""
    import mlflow

    return Registry(mlflow.MlflowClient(), name)


def needed_run() -> str:
    """The id of the open run, for what makes no sense without MLflow.

    Raises:
        ConfigurationError: kedro-mlflow is switched off.
    """
    run = open_run()
    if run is None:
        raise ConfigurationError("no MLflow run is open: conf/base/mlflow.yml must not disable it")
    return run
