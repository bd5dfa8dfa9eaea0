"""Snapshots of folders in the background, for as long as a command writes to them."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.bucket import Refused
from vitpose_plus.mirror.capture import Unsettled
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.outage import Outage
from vitpose_plus.mirror.retention import Retention
from vitpose_plus.mirror.settings import Store
from vitpose_plus.mirror.writer import Stored, Writer

log = logging.getLogger(__name__)

SPOT = 100.0  # seconds: a spot node has 120 after its notice
_NAMED = 5  # files in the last error


@contextmanager
def mirroring(
    store: Store,
    folders: Iterable[Path | str],
    *,
    project: Path = Path(),
    deadline: Callable[[], float] = lambda: SPOT,
) -> "Iterator[Mirror]":
    """Keep folders in a store while the block runs, and once more after it.

    Whatever the store answers, the block is neither stopped nor slowed; what it wrote is stored as
    soon as that is possible. Call `restore` before.

    Args:
        store: where.
        folders: what; they need not exist yet.
        project: what their names start from.
        deadline: asked after the block: seconds that there are for the last snapshot.

    Raises:
        ConfigurationError: a folder cannot be kept.
        StorageError: after a block without an error: the last snapshot could not be stored. After
            an error of the block's own, that is only logged.
    """
    mirror = Mirror(store, Kept.of(folders, project))
    mirror.start()
    try:
        yield mirror
    except BaseException as error:
        try:
            mirror.end(deadline())
        except StorageError as failure:
            log.error("%s", failure)
            error.add_note(str(failure))
        raise
    mirror.end(deadline())


class Mirror(Thread):
    """The thread that takes the snapshots, each of the newest state: nothing queues up.

    Attributes:
        refused: set when another machine was found to write to the store: what is written here
            from now on is stored nowhere.
    """

    def __init__(self, store: Store, kept: Kept) -> None:
        super().__init__(name="mirror", daemon=True)
        self.refused = Event()
        self._store, self._kept = store, kept
        self._ending, self._halt = Event(), Event()
        self._writer = Writer(store, kept, self._halt)
        self._retention = Retention(self._writer.bucket)
        self._outage = Outage(f"no snapshot of {kept} can be stored")
        self._littered = Outage(f"{store.address}: what is out of date cannot be removed")
        self._stored_at: float | None = None

    def run(self) -> None:
        """Until a snapshot was taken after the end was asked for."""
        while not (self._halt.is_set() or self.refused.is_set()):
            ending = self._ending.is_set()
            done = self._attempt()
            if ending and done:
                return
            # In the end nothing wakes it but its time being up.
            (self._halt if ending else self._ending).wait(self._pause(done))

    def end(self, deadline: float) -> None:
        """Take the last snapshot.

        Raises:
            StorageError: there is none within so many seconds.
        """
        self._ending.set()
        self.join(deadline)
        if self.is_alive() or self.refused.is_set():
            self._halt.set()
            raise StorageError(self._last_words(deadline))

    def _attempt(self) -> bool:
        """One snapshot, if there is anything new; returns whether all is stored."""
        began = time.monotonic()
        try:
            stored = self._writer.store()
        except Unsettled:
            log.debug("%s: changed at every try; the next look may find it quiet", self._kept)
            return False
        except Refused as error:
            self._outage.failed(error, self._newest())
            self.refused.set()
            return False
        except Exception as error:  # whatever it is, the work goes on
            self._outage.failed(error, self._newest())
            return False
        self._outage.over()
        self._stored_at = began
        if stored is not None:
            self._tell(stored, time.monotonic() - began)
            self._clean(stored)
        return True

    def _clean(self, stored: Stored) -> None:
        """Too much in the store is no reason to call what is stored in doubt."""
        try:
            self._retention.clean(stored.snapshot, stored.contents)
        except Refused as error:
            self._outage.failed(error, self._newest())
            self.refused.set()
        except Exception as error:
            self._littered.failed(error, "It only takes room.")
        else:
            self._littered.over()

    def _pause(self, done: bool) -> float:
        """Seconds to the next look, growing with the failures to no more than the usual ones."""
        if done:
            return self._store.period
        wait = self._store.s3.first_wait * 2 ** min(self._outage.failures, 20)
        return min(wait, self._store.period)

    def _tell(self, stored: Stored, seconds: float) -> None:
        log.info(
            "stored snapshot %d of %s (%d new files, %.1f MB in %.1f s) at %s",
            *(stored.snapshot, self._kept, stored.files, stored.bytes / 1e6, seconds),
            self._store.address,
        )

    def _newest(self) -> str:
        if not self._writer.snapshot:
            return f"Nothing is stored at {self._store.address}."
        newest = f"The newest stored is snapshot {self._writer.snapshot}"
        if self._stored_at is None:
            return f"{newest} at {self._store.address}, of before this command."
        minutes = (time.monotonic() - self._stored_at) / 60
        return f"{newest} at {self._store.address}, as all was {minutes:.0f} minutes ago."

    def _last_words(self, deadline: float) -> str:
        missing = sorted(self._writer.missing(), key=lambda one: -one.size)
        named = [f"  {one.name} ({one.size / 1e6:.1f} MB)" for one in missing[:_NAMED]]
        if len(missing) > _NAMED:
            named.append(f"  and {len(missing) - _NAMED} more")
        why = self._outage.last or f"it was not done within {deadline:.0f} s"
        lines = [f"the last snapshot of {self._kept} is not stored: {why}", self._newest()]
        if named:
            lines += [f"Not known to be stored, below {self._kept.project}:", *named]
        return "\n".join(lines)
