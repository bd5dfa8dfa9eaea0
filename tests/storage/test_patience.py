import time
from threading import Event

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, SSLError

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.patience import Patience, patiently
from vitpose_plus.storage.s3_failure import is_passing
from vitpose_plus.storage.settings import S3Access

LOST = EndpointConnectionError(endpoint_url="http://minio.example")


class Clock(Event):
    """Notes how long it is waited for, without waiting."""

    def __init__(self):
        super().__init__()
        self.waits = []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        return False


def answer(status, code=""):
    meta = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": meta}, "GetObject")


def test_waits_double_up_to_the_longest_and_differ_between_connections():
    access = S3Access(attempts=8, first_wait=1.0, longest_wait=10.0)
    runs = []
    for _ in range(300):
        clock = Clock()
        patience = Patience("s3://b/k", access, clock)
        for _ in range(7):
            patience.after(LOST)
        runs.append(clock.waits)
    for waits, ceiling in zip(zip(*runs, strict=True), [1, 2, 4, 8, 10, 10, 10], strict=True):
        assert 0 <= min(waits) < 0.1 * ceiling
        assert 0.9 * ceiling < max(waits) <= ceiling


def test_bytes_that_come_start_the_count_anew():
    clock = Clock()
    patience = Patience("s3://b/k", S3Access(attempts=2), clock)
    for _ in range(10):
        patience.after(LOST)
        patience.progressed()
    patience.after(LOST)
    with pytest.raises(StorageError, match=r"s3://b/k: gave up after 2 attempts"):
        patience.after(LOST)


def test_a_failure_elsewhere_ends_the_wait():
    halt = Event()
    halt.set()
    started = time.monotonic()
    Patience("s3://b/k", S3Access(first_wait=60, longest_wait=60), halt).after(LOST)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "error",
    [answer(500), answer(503, "SlowDown"), answer(429), answer(400, "RequestTimeout"), LOST],
)
def test_what_may_pass_is_tried_again(error):
    answers = [error, None]

    def request():
        if (found := answers.pop(0)) is not None:
            raise found
        return "bytes"

    assert is_passing(error)
    assert patiently(request, "s3://b/k", S3Access(first_wait=0.001)) == "bytes"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (answer(403, "AccessDenied"), "403 AccessDenied.*AWS_PROFILE"),
        (answer(403, "InvalidObjectState"), "InvalidObjectState"),
        (answer(404, "NoSuchKey"), "404 NoSuchKey.*Check bucket"),
        (answer(301, "PermanentRedirect"), r"another region: set s3\.region"),
        (SSLError(endpoint_url="https://minio.example", error="self-signed"), "self-signed"),
    ],
)
def test_what_stays_is_told_at_once(error, words):
    with pytest.raises(StorageError, match=words):
        Patience("s3://b/k", S3Access(), Clock()).after(error)
