"""What the head shows to the other nodes, the training to take part in and the end, and hears."""

import http.client
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Literal, cast, get_args

from vitpose_plus.engine.offer import Offer
from vitpose_plus.errors import ConfigurationError, StorageError
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import read_typed

if TYPE_CHECKING:
    from pydantic import TypeAdapter

State = Literal["here", "stopping", "failed"]
"""What a node says of itself: it serves, or will; it was asked to stop; it cannot take part."""

TIMEOUT = 5.0  # seconds without a byte


@settings
class Notice:
    """What there is to do now.

    Attributes:
        offer: the training that goes on; None: there is none at the moment.
        ended: the head's exit code; None: it has not ended.
    """

    offer: Offer | None = None
    ended: int | None = None


class Board:
    """A web server on the head that shows one page, of JSON; open it, and close it at the end.

    It is for the cluster's own network: whoever reaches it may read the training's configuration.
    Nothing but a node's state is taken from there.

    Args:
        port: to listen on, at all addresses; 0: any.
        offer: the file that a training's launch writes.
        job: which job's nodes are answered.

    Attributes:
        said: the last that each node has said of itself.

    Raises:
        ConfigurationError: the port is taken.
    """

    def __init__(self, port: int, offer: Path, job: str) -> None:
        self.said: dict[int, State] = {}
        self._offer, self._job = offer, job
        self._ended: int | None = None
        self._told: set[int] = set()
        self._heard: dict[int, float] = {}
        self._lock = Lock()
        board = self

        class Page(_Page):
            shown = board

        try:
            self._server = ThreadingHTTPServer(("", port), Page)
        except OSError as error:
            raise ConfigurationError(
                f"port {port} of this machine cannot be listened on: {error.strerror}. Another "
                "job runs here: end it, or choose other ports by --port"
            ) from error
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> "Board":
        self._thread = Thread(target=self._server.serve_forever, name="board", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def notice(self, reader: int, state: State) -> Notice:
        """What a node is told that says this of itself."""
        with self._lock:
            self._heard[reader] = time.monotonic()
            self.said[reader] = state
            if self._ended is not None:
                self._told.add(reader)
            return Notice(offer=self._current_offer(), ended=self._ended)

    def silent(self, readers: set[int], since: float) -> set[int]:
        """Those of these nodes that have not read since a moment of `time.monotonic`."""
        with self._lock:
            return {one for one in readers if self._heard.get(one, -1.0) < since}

    def gone(self, readers: set[int], silence: float) -> set[int]:
        """Those of these nodes that were here once, and not for so many seconds."""
        with self._lock:
            known = readers & self._heard.keys()
        return self.silent(known, time.monotonic() - silence)

    def end(self, code: int) -> None:
        """Say that the head has ended."""
        with self._lock:
            self._ended = code

    def untold(self, readers: set[int]) -> set[int]:
        """Those of these nodes that have not read of the end."""
        with self._lock:
            return readers - self._told

    def answers(self, job: str) -> bool:
        """Whether this is the board of that job."""
        return job == self._job

    def _current_offer(self) -> Offer | None:
        if self._ended is not None:
            return None
        try:
            return read_typed(Offer, self._offer, error=StorageError, absent="", stale="")
        except (StorageError, FileNotFoundError):
            return None  # no training goes on


def read_board(head: str, port: int, job: str, reader: int, state: State) -> Notice:
    """What the head of this job shows.

    Raises:
        OSError, http.client.HTTPException: it does not answer, or another job's does.
        ConfigurationError: something else listens there, or another version of this code.
    """
    connection = http.client.HTTPConnection(head, port, timeout=TIMEOUT)
    try:
        connection.request("GET", f"/{job}/{reader}/{state}")
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status == HTTPStatus.NOT_FOUND:
        raise ConnectionError(f"{head}:{port} is of another job")
    try:
        return _notices().validate_json(content)
    except ValueError as error:
        raise ConfigurationError(
            f"{head}:{port} does not show what this version's `vitpose node` does. Give all nodes "
            f"the same commit, and the port to nothing else.\n{error}"
        ) from error


def _notices() -> "TypeAdapter[Notice]":
    from pydantic import TypeAdapter

    return TypeAdapter(Notice)


class _Page(BaseHTTPRequestHandler):
    shown: Board

    def do_GET(self) -> None:
        """`/<job>/<rank of the node that asks>/<its state>`."""
        job, reader, state = (*self.path[1:].split("/"), "", "", "")[:3]
        known = self.shown.answers(job) and reader.isdecimal() and state in get_args(State)
        if not known:
            self.send_error(HTTPStatus.NOT_FOUND, "GET /<job>/<rank>/<state> of this job")
            return
        notice = self.shown.notice(int(reader), cast(State, state))
        content = _notices().dump_json(notice)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Every second of every node: not worth a line."""
