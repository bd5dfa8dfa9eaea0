"""Processes that are killed, or want the same at the same time."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
from vitpose_plus.storage import Origin, S3Access, obtain
origins = [Origin(address=address, folder=sys.argv[3]) for address in sys.argv[4:]]
access = S3Access(endpoint=sys.argv[1], part_size=1, parallel=2)
for one in obtain(origins, access, scratch=Path(sys.argv[2])):
    print(one.brought)
"""


def start(proxy, tmp_path, place, *addresses):
    command = [sys.executable, "-c", PROGRAM, proxy.endpoint, tmp_path / "scratch", place]
    return subprocess.Popen([*command, *addresses], stdout=subprocess.PIPE, text=True)


def test_two_processes_that_want_the_same_fetch_it_once(coco, place, bucket, proxy, tmp_path):
    body = (coco / "train2017.zip").read_bytes()
    bucket.put("train2017.zip", body)
    address = bucket.address("train2017.zip")
    both = [start(proxy, tmp_path, place, address) for _ in range(2)]
    said = sorted(process.communicate()[0].strip() for process in both)
    assert said == ["False", "True"]
    assert proxy.sent == len(body)


@pytest.mark.slow
def test_kills_at_any_moment_end_in_the_right_files(
    place, bucket, proxy, blob, tmp_path, write_zip, below, leftovers
):
    """An archive of 20 MiB and a prefix of 300 objects; killed after ever longer times."""
    write_zip(tmp_path / "set.zip", {f"train/{i}.jpg": blob(200_000, seed=i) for i in range(100)})
    bucket.put("set.zip", (tmp_path / "set.zip").read_bytes())
    for i in range(300):
        bucket.put(f"images/val/{i}.jpg", blob(5000, seed=i))
    addresses = [bucket.address("set.zip"), bucket.address("images/")]
    kills, patience = 0, 0.8
    while True:
        process = start(proxy, tmp_path, place, *addresses)
        try:
            process.communicate(timeout=patience)
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills, patience = kills + 1, patience + 0.5
    assert process.returncode == 0
    assert kills >= 1
    for i in range(100):
        assert (place / f"train/{i}.jpg").read_bytes() == blob(200_000, seed=i)
    for i in range(300):
        assert (place / f"val/{i}.jpg").read_bytes() == blob(5000, seed=i)
    assert len(below(place)) == 400
    assert leftovers() == set()
    assert below(tmp_path / "scratch") == set()


def test_importing_the_room_loads_nothing_that_costs():
    program = """
import sys
import vitpose_plus.storage
costly = ("boto3", "botocore", "urllib3", "tqdm", "filelock", "torch")
print([name for name in costly if name in sys.modules])
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
