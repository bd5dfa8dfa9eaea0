"""A machine's request to stop, as spot nodes send it before they vanish."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPED = 75  # sysexits' EX_TEMPFAIL: nothing is wrong, run the same command again


class Interrupted(SystemExit):
    """The training stopped because it was asked to; its checkpoint is written. Exit code 75."""

    def __init__(self, message: str) -> None:
        super().__init__(STOPPED)
        self.message = message

    def __str__(self) -> str:
        return self.message


class StopRequests:
    """Listens for SIGTERM while it is open, and lets the step in hand finish.

    Attributes:
        since: when the signal came, by `time.monotonic`; None: it has not.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        self._nothing_to_lose = False

    @property
    def requested(self) -> bool:
        """Whether the signal came."""
        return self.since is not None

    @property
    def seconds(self) -> float:
        """Since the signal came; 0: it has not."""
        return 0.0 if self.since is None else time.monotonic() - self.since

    def __enter__(self) -> "StopRequests":
        # Python lets the main thread alone take signals.
        self._ours = threading.current_thread() is threading.main_thread()
        if self._ours:
            self._former = signal.signal(signal.SIGTERM, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._ours:
            signal.signal(signal.SIGTERM, self._former)

    @contextmanager
    def nothing_to_lose(self) -> Iterator[None]:
        """The newest checkpoint holds all there is: here the signal ends the run at once."""
        self._nothing_to_lose = True
        try:
            if self.requested:
                self._end()
            yield
        finally:
            self._nothing_to_lose = False

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.since = self.since or time.monotonic()
        if self._nothing_to_lose:
            self._end()

    def _end(self) -> None:
        raise Interrupted("stopped by SIGTERM; the newest checkpoint holds everything")
