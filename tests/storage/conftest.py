"""A real S3 server on this machine, and a proxy before it that counts and breaks what passes."""

import fcntl
import http.client
import random
import socket
import struct
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

import pytest

from vitpose_plus.storage.settings import S3Access

BLOCK = 16 << 10
ERROR_CODES = {403: "AccessDenied", 500: "InternalError", 503: "SlowDown"}


@dataclass
class Passed:
    """A request that came, and how many bytes of the answer's body went back."""

    method: str
    path: str
    range: str | None
    status: int = 0
    sent: int = 0


@dataclass
class FaultyProxy:
    """Faults are spent: `answers` and `cuts` are taken from the front, one a GET of an object.

    Attributes:
        upstream: the server's address.
        answers: statuses to answer with instead of passing the request on.
        answers_to: what requests get `answers`.
        cuts: bodies are cut, with a reset, after so many bytes.
        flip: bodies in which one byte is changed.
        pause: seconds between blocks of 16 KiB.
        ignore_ranges: send the whole object whatever is asked for.
        before_get: is called with the number of the GET before it is passed on.
    """

    upstream: str
    answers: list[int] = field(default_factory=list)
    answers_to: tuple[str, ...] = ("GET",)
    cuts: list[int] = field(default_factory=list)
    flip: int = 0
    pause: float = 0.0
    ignore_ranges: bool = False
    before_get: Callable[[int], object] | None = None
    passed: list[Passed] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def __enter__(self):
        proxy = self

        class Handler(_Handler):
            faults = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def gets(self):
        """GETs of objects, not of listings."""
        return [one for one in self.passed if one.method == "GET" and "list-type" not in one.path]

    @property
    def sent(self):
        """Bytes of objects that went back."""
        return sum(one.sent for one in self.gets)

    def take(self, faults):
        with self.lock:
            return faults.pop(0) if faults else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults: FaultyProxy

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self._pass_on()

    def do_GET(self):
        self._pass_on()

    def _pass_on(self):
        faults = self.faults
        passed = Passed(self.command, self.path, self.headers.get("Range"))
        with faults.lock:
            faults.passed.append(passed)
            number = len(faults.gets)
        of_object = self.command == "GET" and "list-type" not in self.path
        if of_object and faults.before_get:
            faults.before_get(number)
        kind = self.command if of_object or self.command == "HEAD" else "LIST"
        status = faults.take(faults.answers) if kind in faults.answers_to else None
        if status:
            passed.status = status
            self._answer(status)
            return
        self._forward(passed, cut=faults.take(faults.cuts) if of_object else None)

    def _answer(self, status):
        code = ERROR_CODES[status]
        body = f"<Error><Code>{code}</Code><Message>as the test asks</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _forward(self, passed, cut):
        faults = self.faults
        skip = ("connection", "range") if faults.ignore_ranges else ("connection",)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in skip}
        server = http.client.HTTPConnection(urlsplit(faults.upstream).netloc)
        try:
            server.request(self.command, self.path, headers=headers)
            answer = server.getresponse()
            passed.status = answer.status
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(name, value)
            body = None
            if answer.getheader("Content-Length") is None:
                body = answer.read()
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self._send(answer, body, passed, cut)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            server.close()

    def _send(self, answer, body, passed, cut):
        faults = self.faults
        blocks = [body] if body is not None else iter(lambda: answer.read(BLOCK), b"")
        for block in blocks:
            if cut is not None and passed.sent + len(block) > cut:
                self.wfile.write(block[: cut - passed.sent])
                passed.sent = cut
                self._reset()
                return
            with faults.lock:
                flip, faults.flip = faults.flip > 0, max(faults.flip - 1, 0)
            self.wfile.write(bytes([block[0] ^ 1]) + block[1:] if flip else block)
            passed.sent += len(block)
            time.sleep(faults.pause)

    def _reset(self):
        """Close as a dying connection does, without the polite end, once all has arrived."""
        self.wfile.flush()
        while int.from_bytes(
            fcntl.ioctl(self.connection, termios.TIOCOUTQ, b"\0" * 4), sys.byteorder
        ):
            time.sleep(0.001)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


@pytest.fixture(autouse=True)
def _credentials(aws_credentials):
    """Of these tests, for all of them."""


@pytest.fixture(scope="session")
def server(s3_server):
    """Address of an S3 server, without anything between."""
    return s3_server


@pytest.fixture(scope="session")
def _s3(server):
    import boto3

    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    session = boto3.session.Session(**keys, region_name="us-east-1")
    return session.resource("s3", endpoint_url=server)


@pytest.fixture
def bucket(_s3):
    """A fresh bucket: `bucket.put(key, body)`, `bucket.name`; it is emptied afterwards."""
    name = f"sets-{random.Random(time.time_ns()).getrandbits(40):x}"
    made = _s3.Bucket(name)
    made.create()
    yield _Bucket(made)
    made.objects.delete()
    made.delete()


class _Bucket:
    def __init__(self, made):
        self.made = made
        self.name = made.name

    def put(self, key, body, **kwargs):
        return self.made.put_object(Key=key, Body=body, **kwargs)

    def address(self, key):
        return f"s3://{self.name}/{key}"


@pytest.fixture
def proxy(server):
    """A `FaultyProxy` before the server."""
    with FaultyProxy(server) as running:
        yield running


@pytest.fixture
def access(proxy):
    """How the proxy is asked: small parts, few connections, short waits. Fields may be given."""

    def make(**fields):
        usual = {"part_size": 1, "parallel": 3, "first_wait": 0.01, "longest_wait": 0.05}
        return S3Access(endpoint=proxy.endpoint, **(usual | fields))

    return make


@pytest.fixture
def blob():
    """`blob(n)`: n bytes without a pattern, always the same."""
    return lambda size, seed=0: random.Random(seed).randbytes(size)
