"""A real S3 server on this machine, and a proxy before it that breaks what passes."""

import http.client
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from vitpose_plus.mirror.settings import Store
from vitpose_plus.storage.settings import S3Access

CODES = {403: "AccessDenied", 500: "InternalError", 501: "NotImplemented", 503: "SlowDown"}


@dataclass(frozen=True)
class Asked:
    """A request: `kind` is PUT, GET, LIST, DELETE, HEAD or POST; `key` is below the bucket."""

    kind: str
    key: str
    headers: dict


@dataclass
class Proxy:
    """Passes requests on to `upstream`.

    Attributes:
        fault: asked about every request: a status to answer with, "cut" (the connection breaks in
            the middle of the request's body), "lost" (the server does it, its answer is lost),
            "ignore" (If-None-Match is not passed on), seconds to wait, or None.
        asked: what came.
    """

    upstream: str
    fault: object = staticmethod(lambda asked: None)
    asked: list = field(default_factory=list)

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"proxy": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # connections that the tests break
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def keys(self, kind):
        return [asked.key for asked in self.asked if asked.kind == kind]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _pass(self):
        _, _, key = self.path.lstrip("/").partition("/")
        listing = self.command == "GET" and "list-type" in self.path
        asked = Asked("LIST" if listing else self.command, key, dict(self.headers.items()))
        self.proxy.asked.append(asked)
        fault = self.proxy.fault(asked)
        length = int(self.headers.get("Content-Length") or 0)
        if fault == "cut":
            self.rfile.read(length // 2)
            return self._reset()
        if isinstance(fault, float):
            time.sleep(fault)
        body = self.rfile.read(length)
        if type(fault) is int:
            code = CODES[fault]
            text = f"<Error><Code>{code}</Code><Message>as the test asks</Message></Error>"
            return self._answer(fault, {"Content-Type": "application/xml"}, text.encode())
        skipped = {"connection", "expect"} | ({"if-none-match"} if fault == "ignore" else set())
        status, headers, answer = self._upstream(body, skipped)
        if fault == "lost":
            return self._reset()
        return self._answer(status, headers, answer)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass

    def _upstream(self, body, skipped):
        server = http.client.HTTPConnection(urlsplit(self.proxy.upstream).netloc)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in skipped}
        server.request(self.command, self.path, body=body, headers=headers)
        answer = server.getresponse()
        passed = [
            (k, v)
            for k, v in answer.getheaders()
            if k.lower() not in ("connection", "transfer-encoding", "content-length")
        ]
        length = answer.getheader("Content-Length")
        content = answer.read()
        server.close()
        if self.command == "HEAD":
            passed.append(("Content-Length", length or "0"))
        return answer.status, dict(passed), content

    def _answer(self, status, headers, body):
        try:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _reset(self):
        """Close as a dying connection does, without the polite end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        self.close_connection = True
        self.wfile = self.rfile = _Closed()


class _Closed:
    closed = True

    def flush(self):
        pass

    def close(self):
        pass


@pytest.fixture(autouse=True)
def _credentials(aws_credentials):
    """Of these tests, for all of them."""


@pytest.fixture(scope="session")
def _session():
    import boto3

    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.session.Session(**keys, region_name="us-east-1")


@pytest.fixture(autouse=True)
def _one_session(_session, monkeypatch):
    """Clients of one session share what takes long to read."""
    monkeypatch.setattr("boto3.session.Session", lambda: _session)


@pytest.fixture(scope="session")
def server(s3_server):
    """Address of an S3 server, without anything between."""
    return s3_server


@pytest.fixture
def bucket(server, _session):
    """A fresh bucket, as boto3's resource, which the proxy is not before."""
    name = f"runs-{random.Random(time.time_ns()).getrandbits(40):x}"
    made = _session.resource("s3", endpoint_url=server).Bucket(name)
    made.create()
    return made


@pytest.fixture
def proxy(server):
    """A `Proxy` before the server."""
    with Proxy(server) as running:
        yield running


@pytest.fixture
def make_store(proxy, bucket):
    """A store behind the proxy with short waits; fields of `S3Access` and `Store` may be given."""

    def make(attempts=1, part_size=16, parallel=8, **fields):
        s3 = S3Access(
            endpoint=proxy.endpoint,
            attempts=attempts,
            part_size=part_size,
            parallel=parallel,
            first_wait=0.01,
            longest_wait=0.02,
        )
        usual = {"address": f"s3://{bucket.name}/runs/one", "s3": s3, "period": 0.05}
        return Store(**(usual | fields))

    return make


@pytest.fixture
def store(make_store):
    return make_store()


@pytest.fixture
def stored(bucket):
    """The keys below the store's prefix that begin so."""

    def keys(start=""):
        top = "runs/one/"
        return [one.key.removeprefix(top) for one in bucket.objects.filter(Prefix=top + start)]

    return keys


@pytest.fixture
def machine(tmp_path):
    """`machine("a")`: the project of a machine; `files` are written below its `models`."""

    def make(name, files=None):
        project = tmp_path / name
        for path, content in (files or {}).items():
            write(project / "models" / path, content)
        project.mkdir(exist_ok=True)
        return project

    return make


def write(path, content):
    """As a training does: under another name, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{path.name}")
    part.write_bytes(content if isinstance(content, bytes) else content.encode())
    part.replace(path)


@pytest.fixture
def replace_file():
    return write


@pytest.fixture
def tree():
    """What counts below a project's `models`: path to bytes."""

    def read(project):
        top = project / "models"
        return {
            path.relative_to(top).as_posix(): path.read_bytes()
            for path in top.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }

    return read
