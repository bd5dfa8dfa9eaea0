"""One promotion's turn. The version's number is its ticket: the registry gives each number once.

MLflow has no compare-and-swap, so promotions take turns by their versions' numbers. A version whose
sign of life stands still for the policy's patience is given up by whoever waits behind it. Clocks
of two machines are never compared: whoever waits looks, by its own clock, whether the sign changes.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from pipelines.promote.record import ABANDONED, HEARTBEAT, OWNER, Record, Version
from pipelines.promote.registry import Registry
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)

BEAT = 1.0  # Seconds between two signs of life, whatever the patience of those who look.
LOOK = 0.5  # Seconds between two looks.


class Watch:
    """Tells by this machine's clock alone for how long a promotion has given no sign of life."""

    def __init__(self, patience: float) -> None:
        """Patience: seconds without one."""
        self._patience = patience
        self._seen: dict[int, tuple[str, float]] = {}

    def silent(self, version: Version) -> bool:
        """Whether the version has looked the same for longer than the patience."""
        now = time.monotonic()
        life, since = self._seen.get(version.number, ("", now))
        if life != version.life:
            self._seen[version.number] = version.life, now
            return False
        return now - since > self._patience


@contextmanager
def alive(registry: Registry, number: int, owner: str) -> Iterator[None]:
    """Give signs of life for a version while the block runs; close it if that ends in an error.

    So only what is killed on the spot is waited for by those behind it.
    """
    ended = Event()
    thread = Thread(target=_beat, args=(ended, registry, number, owner), daemon=True, name="beat")
    thread.start()
    try:
        yield
    except BaseException as error:
        _leave(registry, number, owner, f"ended by {type(error).__name__}")
        raise
    finally:
        ended.set()
        thread.join()


def wait_for_turn(registry: Registry, number: int, patience: float) -> Record:
    """Wait until every earlier version is decided; give up those whose promotion has died.

    Returns:
        The record in which no earlier one is open.
    """
    watch, told = Watch(patience), set()
    while waiting := (record := registry.record()).before(number):
        first = waiting[0]
        if first.number not in told:
            told.add(first.number)
            log.info("version %d waits: version %d is being judged", number, first.number)
        if watch.silent(first):
            abandon(registry, first, f"given up by version {number}: no sign of life")
        else:
            time.sleep(LOOK)
    return record


def _leave(registry: Registry, number: int, owner: str, reason: str) -> None:
    """Close our own version, unless it is decided or others have it by now, as well as we can."""
    try:
        version = registry.record().numbered(number)
        if version is not None and version.undecided and version.tags[OWNER] == owner:
            registry.tag(number, {ABANDONED: reason})
    except Exception as error:
        log.warning("MLflow cannot be told that version %d was %s: %s", number, reason, error)


def abandon(registry: Registry, version: Version, reason: str) -> None:
    """Close a dead promotion's version for good, and its run."""
    log.warning("version %d is abandoned: %s", version.number, reason)
    registry.tag(version.number, {ABANDONED: reason})
    end_run(registry, version.tags[OWNER])


def end_run(registry: Registry, run_id: str) -> None:
    """Mark a dead promotion's run as killed; it may be gone."""
    from mlflow.exceptions import MlflowException

    try:
        if registry.client.get_run(run_id).info.status == "RUNNING":
            registry.client.set_terminated(run_id, "KILLED")
    except MlflowException as error:
        log.warning("the run %s cannot be marked as killed: %s", run_id, error)


def check_ours(record: Record, number: int, owner: str) -> None:
    """Refuse to go on with a version that others have given up or taken over.

    Raises:
        ConfigurationError: it is no longer ours to decide.
    """
    version = record.numbered(number)
    if version is None:
        raise ConfigurationError(f"version {number} was deleted while it was judged: promote again")
    if ABANDONED in version.tags:
        raise ConfigurationError(
            f"version {number} was {version.tags[ABANDONED]}: this process stood still for too "
            "long. Promote again"
        )
    if version.tags[OWNER] != owner:
        raise ConfigurationError(
            f"version {number} was taken over by run {version.tags[OWNER]}, which decides it: this "
            "process stood still for too long"
        )


def _beat(ended: Event, registry: Registry, number: int, owner: str) -> None:
    count, told = 0, False
    while True:
        try:
            registry.tag(number, {HEARTBEAT: f"{owner} {count}"})
        except Exception as error:
            if not told:
                log.warning("MLflow cannot be told that version %d is alive: %s", number, error)
            told = True
        count += 1
        if ended.wait(BEAT):
            return
