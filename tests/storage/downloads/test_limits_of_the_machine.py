"""Downloads that are killed, find a full disk, or are larger than memory."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from vitpose_plus.storage.download import download
from vitpose_plus.storage.origin import S3Address
from vitpose_plus.storage.s3_objects import connect, head

MIB = 1 << 20
SIZE = 5 * MIB + 12345


def test_a_killed_process_goes_on_with_the_missing_ranges_alone(
    stored, fetch, proxy, bucket, tmp_path
):
    proxy.pause = 0.02
    program = """
import sys
from pathlib import Path
from vitpose_plus.storage.download import download
from vitpose_plus.storage.origin import S3Address
from vitpose_plus.storage.s3_objects import connect, head
from vitpose_plus.storage.settings import S3Access
how = S3Access(endpoint=sys.argv[1], part_size=1, parallel=2)
client = connect(how)
download(client, head(client, S3Address(sys.argv[2], sys.argv[3]), how), Path(sys.argv[4]), how)
"""
    target = tmp_path / "scratch" / "train2017.zip"
    state = target.with_name("train2017.zip.ranges.json")
    process = subprocess.Popen(
        [sys.executable, "-c", program, proxy.endpoint, bucket.name, "coco/train2017.zip", target]
    )
    deadline = time.monotonic() + 60
    while not (state.is_file() and json.loads(state.read_text())["done"]):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not target.exists()
    done = sum(stop - start for start, stop in json.loads(state.read_text())["done"])
    assert 0 < done < SIZE

    proxy.pause = 0
    before = len(proxy.gets)
    fetch()
    assert target.read_bytes() == stored
    assert sum(one.sent for one in proxy.gets[before:]) == SIZE - done


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MiB, and a way to give it more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield disk, lambda: subprocess.run(["mount", "-o", "remount,size=40m", disk], check=True)
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_told_before_the_first_byte(stored, small_disk, access, bucket, proxy):
    disk, _ = small_disk
    client = connect(access())
    wanted = head(client, S3Address(bucket.name, "coco/train2017.zip"), access())
    with pytest.raises(OSError, match="No space left"):
        download(client, wanted, disk / "train.zip", access(), progress=False)
    assert proxy.gets == []
    assert list(disk.iterdir()) == []


def test_a_disk_that_fills_up_keeps_the_part(
    stored, small_disk, access, bucket, proxy, monkeypatch
):
    disk, grow = small_disk
    monkeypatch.delattr(os, "posix_fallocate")  # as on a system that cannot reserve room
    client = connect(access())
    wanted = head(client, S3Address(bucket.name, "coco/train2017.zip"), access())
    with pytest.raises(OSError, match="No space left"):
        download(client, wanted, disk / "train.zip", access(parallel=1), progress=False)
    state = json.loads((disk / "train.zip.ranges.json").read_text())
    done = sum(stop - start for start, stop in state["done"])
    before = len(proxy.gets)
    grow()
    download(client, wanted, disk / "train.zip", access(parallel=1), progress=False)
    assert (disk / "train.zip").read_bytes() == stored
    assert 3 * MIB <= done < SIZE
    assert sum(one.sent for one in proxy.gets[before:]) == SIZE - done


@pytest.mark.slow
def test_memory_does_not_grow_with_the_object(bucket, proxy, tmp_path, blob):
    program = """
import sys
from pathlib import Path
from vitpose_plus.storage.download import download
from vitpose_plus.storage.origin import S3Address
from vitpose_plus.storage.s3_objects import connect, head
from vitpose_plus.storage.settings import S3Access
how = S3Access(endpoint=sys.argv[1], parallel=8)
client = connect(how)
download(client, head(client, S3Address(sys.argv[2], sys.argv[3]), how), Path(sys.argv[4]), how)
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
    peaks = {}
    for size in (1, 200):
        bucket.put(f"{size}.bin", blob(MIB) * size)
        command = [sys.executable, "-c", program, proxy.endpoint, bucket.name, f"{size}.bin"]
        run = subprocess.run([*command, tmp_path / "x"], capture_output=True, check=True, text=True)
        peaks[size] = int(run.stdout) / 1024
    print("peak MiB by object MiB:", peaks)
    assert peaks[200] - peaks[1] < 30
