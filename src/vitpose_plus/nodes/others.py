"""The other nodes, as the head hears of them."""

import logging
import time
from collections.abc import Callable

from vitpose_plus.engine.stopping import STOPPED
from vitpose_plus.nodes.board import Board

log = logging.getLogger(__name__)

PAUSE = 0.2  # seconds
ANSWER = 30.0  # seconds in which a node that lives, and reads every second, has read
SILENCE = 300.0  # seconds after which a node that was there counts as gone
FAREWELL = 15.0  # seconds for all of them to read that it is over


class Others:
    """What they have said, and what follows from it for the head.

    Args:
        board: where they read.
        ranks: theirs.
    """

    def __init__(self, board: Board, ranks: set[int]) -> None:
        self._stopping: float | None = None
        self._board, self._ranks = board, ranks

    def why_stop(self) -> str | None:
        """Why it is of no use to go on with them; None: it is."""
        if failed := self._saying("failed"):
            return f"{failed} cannot take part"
        if stopping := self._saying("stopping"):
            self._stopping = self._stopping or time.monotonic()
            return f"{stopping} must stop"
        if gone := self._board.gone(self._ranks, SILENCE):
            return f"nothing was heard of {_names(gone)} for {SILENCE:.0f} s"
        return None

    def stopping_for(self) -> float:
        """Seconds since one was known to have been asked to stop; 0: none was."""
        return 0.0 if self._stopping is None else time.monotonic() - self._stopping

    def judge(self, code: int) -> int:
        """The command's exit code, seen by what they have to do with it.

        A failure that a node which is gone may have caused is none: the engine shall start all
        again. A node that cannot take part is one.
        """
        if self._saying("failed"):
            return 1 if code == STOPPED else code
        if code in (0, STOPPED):
            return code
        now = time.monotonic()
        if not self._wait(lambda: not self._board.silent(self._ranks, now), ANSWER):
            gone = _names(self._board.silent(self._ranks, now))
            log.error(
                "exit code %d, and %s not there: 75, so that all are started again", code, gone
            )
            return STOPPED
        return code

    def dismiss(self, code: int, patience: float) -> None:
        """Tell them that it is over, and wait until they have read it, but not too long."""
        self._board.end(code)
        self._wait(lambda: not self._board.untold(self._ranks), min(FAREWELL, patience))
        if untold := self._board.untold(self._ranks):
            log.warning("%s: has not heard that it is over", _names(untold))

    def _saying(self, state: str) -> str:
        said = dict(self._board.said)
        return _names({rank for rank in self._ranks if said.get(rank) == state})

    def _wait(self, true: Callable[[], bool], patience: float) -> bool:
        end = time.monotonic() + patience
        while not true():
            if time.monotonic() > end:
                return False
            time.sleep(PAUSE)
        return True


def _names(ranks: set[int]) -> str:
    if not ranks:
        return ""
    listed = ", ".join(map(str, sorted(ranks)))
    return f"node {listed}" if len(ranks) == 1 else f"nodes {listed}"
