"""The head as another node sees it: read every second, whatever else the node does."""

import http.client
import logging
import time
from threading import Event, Thread

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.nodes.board import Notice, State, read_board
from vitpose_plus.nodes.placement import Placement

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks


class HeadWatch(Thread):
    """Reads the board until it is closed; open it, and close it at the end.

    Attributes:
        state: what this node says of itself.
        notice: what the board has shown last.
        ended: the head's exit code, from when it was first read; None: it has not ended.
    """

    def __init__(self, placement: Placement, port: int) -> None:
        super().__init__(name="head watch", daemon=True)
        self.state: State = "here"
        self.notice = Notice()
        self.ended: int | None = None
        self._placement, self._port = placement, port
        self._error: ConfigurationError | None = None
        self._heard = time.monotonic()
        self._answers: bool | None = None
        self._closed = Event()

    def __enter__(self) -> "HeadWatch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self.join()

    def run(self) -> None:
        """Look, and look again."""
        while self.ended is None and not self._closed.is_set():
            self._look()
            self._closed.wait(PAUSE)

    def silent(self) -> float:
        """Seconds since the head last answered, or this began.

        Raises:
            ConfigurationError: something else answers.
        """
        if self._error is not None:
            raise self._error
        return time.monotonic() - self._heard

    def tell(self, state: State, patience: float) -> None:
        """Say this, and wait for the head to end for so many seconds."""
        self.state = state
        end = time.monotonic() + patience
        while self.ended is None and self.is_alive() and time.monotonic() < end:
            self._closed.wait(0.1)

    def _look(self) -> None:
        where, place = self._placement.head, self._placement
        try:
            notice = read_board(where, self._port, place.job, place.rank, self.state)
        except (OSError, http.client.HTTPException) as error:
            self.notice = Notice()
            self._note(answers=False, why=str(error))
            return
        except ConfigurationError as error:
            self._error = error
            return
        self._heard, self._error = time.monotonic(), None
        self.notice = notice
        self.ended = notice.ended
        self._note(answers=True)

    def _note(self, *, answers: bool, why: str = "") -> None:
        """Each change once."""
        if answers == self._answers:
            return
        self._answers = answers
        where = f"the head at {self._placement.head}:{self._port}"
        if answers:
            log.info("%s is there", where)
        else:
            log.warning("%s does not answer (%s): waiting for it", where, why)
