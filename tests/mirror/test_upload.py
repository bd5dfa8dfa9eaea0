import hashlib
import os
import subprocess
import sys
from threading import Event

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.capture import captured
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.upload import Halted, Uploads

MIB = 1 << 20
LARGE = os.urandom(MIB) * 12 + b"end"


@pytest.fixture
def send(machine, make_store):
    """Send a machine's files."""

    def run(files, store=None, halt=None):
        kept = Kept.of(["models"], machine("a", files))
        with captured(kept, {}) as found:
            uploads = Uploads(store or make_store(part_size=5), halt or Event())
            sums = uploads.send(found.held, {})
        return {held.version.name: content for held, content in sums.items()}

    return run


def body(bucket, content):
    return bucket.Object(f"runs/one/objects/{content.sha256}").get()["Body"].read()


def test_a_large_file_is_sent_in_parts(send, bucket, proxy):
    sums = send({"large": LARGE, "small": b"small"})
    assert sums["models/large"].sha256 == hashlib.sha256(LARGE).hexdigest()
    assert sums["models/large"].size == len(LARGE)
    assert body(bucket, sums["models/large"]) == LARGE
    assert body(bucket, sums["models/small"]) == b"small"
    assert len([key for key in proxy.keys("PUT") if "partNumber" in key]) == 3


@pytest.mark.parametrize("fault", [500, 503, "cut", "lost"])
def test_a_part_that_fails_is_sent_again_alone(send, bucket, proxy, make_store, fault):
    failed = []

    def fail_once(asked):
        if "partNumber=2" in asked.key and not failed:
            failed.append(asked)
            return fault
        return None

    proxy.fault = fail_once
    sums = send({"large": LARGE}, make_store(part_size=5, attempts=3))
    assert body(bucket, sums["models/large"]) == LARGE
    assert len([key for key in proxy.keys("PUT") if "partNumber" in key]) == 4


def test_an_upload_that_fails_is_an_error_and_leaves_no_parts(send, bucket, proxy, stored):
    proxy.fault = lambda asked: 403 if "partNumber=2" in asked.key else None
    with pytest.raises(StorageError, match=r"objects/[0-9a-f]{64}: 403 AccessDenied.*s3:PutObject"):
        send({"large": LARGE})
    assert stored() == []
    assert list(bucket.multipart_uploads.all()) == []


def test_an_upload_whose_time_is_up_ends(send, proxy, bucket, stored):
    halt = Event()

    def stop(asked):
        if "partNumber=1" in asked.key:
            halt.set()

    proxy.fault = stop
    with pytest.raises(Halted):
        send({"large": LARGE}, halt=halt)
    assert stored() == []
    assert list(bucket.multipart_uploads.all()) == []


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(proxy, bucket, make_store, tmp_path):
    program = """
import sys
from pathlib import Path
from threading import Event
from vitpose_plus.mirror.capture import captured
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.settings import Store
from vitpose_plus.mirror.upload import Uploads
from vitpose_plus.storage.settings import S3Access
store = Store(address=sys.argv[1], s3=S3Access(endpoint=sys.argv[2], part_size=5, parallel=2))
with captured(Kept.of(["models"], Path(sys.argv[3])), {}) as found:
    Uploads(store, Event()).send(found.held, {})
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
    peaks = {}
    for size in (20, 300):
        project = tmp_path / f"{size}"
        (project / "models").mkdir(parents=True)
        with (project / "models/large").open("wb") as file:
            for _ in range(size):
                file.write(os.urandom(MIB))
        command = [sys.executable, "-c", program, f"s3://{bucket.name}", proxy.endpoint, project]
        run = subprocess.run(command, capture_output=True, check=True, text=True)
        peaks[size] = int(run.stdout) / 1024
    print("peak MiB by file MiB:", peaks)
    assert peaks[300] - peaks[20] < 120
