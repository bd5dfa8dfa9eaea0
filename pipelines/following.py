"""A training's journal, followed into an MLflow run while another process writes it."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from vitpose_plus.engine.history import HISTORY, Figures, Picture, parse

if TYPE_CHECKING:
    from mlflow import MlflowClient

log = logging.getLogger(__name__)

METRICS_AT_ONCE = 1000  # MLflow's limit on one request
PERIOD = 1.0  # Seconds between two looks.
REFUSED = re.compile(r"[^\w.\-/ :]")  # What MLflow takes in no name, `@` among it.


class Follower:
    """Logs each line of a journal once.

    Make it before the training begins: lines that lie there already are logged when, and only
    when, this training has opened the journal and let them stand, as one that resumes does.
    A restarted worker may cut the journal to its checkpoint; what is written again is not
    logged again: of two figures of one name and step the first counts.

    Args:
        path: the journal; it need not exist yet.
        run_id: the MLflow run.
        client: of the run's server or store.
    """

    def __init__(self, path: Path, run_id: str, client: "MlflowClient", prefix: str = "") -> None:
        self.path, self._run_id, self._client, self._prefix = path, run_id, client, prefix
        self._former = _openings(self._content())
        self._opened = False
        self._logged = b""
        self._seen: set[tuple[int, str]] = set()

    def follow(self) -> None:
        """Log what is new. After an error, the next call takes up what is missing.

        Raises:
            StorageError: the journal is damaged.
            MlflowException: MLflow does not answer, or refuses.
        """
        content = self._content()
        if not content.startswith(self._logged):
            self._logged = b""
        lines = list(parse(content[len(self._logged) :], self.path))
        self._opened = self._opened or bool(_openings(content) - self._former)
        if self._opened:
            self._log_figures([line for line in lines if isinstance(line, Figures)])
            self._log_pictures([line for line in lines if isinstance(line, Picture)])
            self._logged = content

    def _content(self) -> bytes:
        """The journal's whole lines."""
        content = self.path.read_bytes() if self.path.is_file() else b""
        return content[: content.rfind(b"\n") + 1]

    def _log_figures(self, lines: Sequence[Figures]) -> None:
        from mlflow.entities import Metric

        now = time.time_ns() // 1_000_000
        new: dict[tuple[int, str], Metric] = {}
        for line in lines:
            for name, value in line.metrics.items():
                if (key := (line.step, name)) not in self._seen:
                    new.setdefault(
                        key, Metric(metric_name(self._prefix + name), value, now, line.step)
                    )
        metrics = list(new.items())
        for start in range(0, len(metrics), METRICS_AT_ONCE):
            keys, batch = zip(*metrics[start : start + METRICS_AT_ONCE], strict=True)
            self._client.log_batch(self._run_id, metrics=batch)
            self._seen.update(keys)

    def _log_pictures(self, lines: Sequence[Picture]) -> None:
        for line in lines:
            key = line.step, line.picture
            path = self.path.parent / line.picture
            if key in self._seen:
                continue
            if path.is_file():
                folder = self._prefix + Path(line.picture).parent.as_posix()
                self._client.log_artifact(self._run_id, str(path), folder)
            else:
                log.warning("%s is gone, and not logged", path)
            self._seen.add(key)


@contextmanager
def following(folder: Path, run_id: str | None, prefix: str = "") -> Iterator[None]:
    """Follow the journal of the training in this block into an MLflow run.

    It is read every second by a thread and once more at the end, also after an exception. MLflow
    is never the reason that a training stops or fails: its first error is a warning, and what it
    missed is tried again; what is missing at the end is an error in the log, for the journal
    itself has everything.

    Args:
        folder: the training's, where the journal is written.
        run_id: the MLflow run; None: there is none, and nothing to do.
        prefix: before every name.
    """
    if run_id is None:
        yield
        return
    from mlflow import MlflowClient

    follower = Follower(folder / HISTORY, run_id, MlflowClient(), prefix)
    ended = Event()
    thread = Thread(target=_follow_until, args=(ended, follower), name="following", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _follow_to_the_end(follower)


def metric_name(name: str) -> str:
    """The name as MLflow takes it: `PCKh@0.5` becomes `PCKh_0.5`."""
    return REFUSED.sub("_", name)


def _follow_until(ended: Event, follower: Follower) -> None:
    told = False
    while not ended.wait(PERIOD):
        try:
            follower.follow()
        except Exception as error:
            if not told:
                log.warning("MLflow cannot be told of the training now: %s", error)
            told = True


def _follow_to_the_end(follower: Follower) -> None:
    try:
        follower.follow()
    except Exception as error:
        log.error(
            "MLflow's run lacks a part of the training's curves, %s has them: %s",
            *(follower.path, error),
        )


def _openings(content: bytes) -> set[bytes]:
    """The lines that say who wrote; a former journal may be damaged elsewhere."""
    return {line for line in content.split(b"\n") if line.startswith(b'{"opened"')}
