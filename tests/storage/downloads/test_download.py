"""Downloads through a proxy that breaks them; what passes is counted in bytes."""

import time

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.download import fetch_whole
from vitpose_plus.storage.origin import S3Address
from vitpose_plus.storage.s3_objects import connect, head

MIB = 1 << 20
SIZE = 5 * MIB + 12345


def test_an_object_comes_in_parts_whole_and_checked(stored, fetch, proxy, sha256):
    target, found = fetch()
    assert target.read_bytes() == stored
    assert found == sha256(stored)
    assert len(proxy.gets) == 6
    assert sorted(one.range for one in proxy.gets)[0] == "bytes=0-1048575"
    assert not target.with_name("train2017.zip.part").exists()


def test_an_empty_object_is_an_empty_file(bucket, fetch, proxy, sha256):
    bucket.put("empty.txt", b"")
    target, found = fetch("empty.txt")
    assert target.read_bytes() == b""
    assert found == sha256(b"")
    assert proxy.gets == []


def test_a_finished_download_is_not_fetched_again(stored, fetch, proxy, sha256):
    fetch()
    before = proxy.sent
    _, found = fetch()
    assert (proxy.sent, found) == (before, sha256(stored))


def test_a_cut_connection_goes_on_where_it_was(stored, fetch, proxy):
    proxy.cuts = [700_000, 300_000, 900_000]
    target, _ = fetch()
    assert target.read_bytes() == stored
    assert len(proxy.gets) == 6 + 3
    # Each cut loses at most the block that was being read.
    assert proxy.sent <= SIZE + 3 * (128 << 10)


def test_a_flaky_line_that_still_brings_bytes_is_never_given_up(stored, fetch, proxy):
    proxy.cuts = [400_000] * 12
    target, _ = fetch(attempts=2, parallel=1)
    assert target.read_bytes() == stored


def test_errors_of_the_server_are_retried_after_a_wait(stored, fetch, proxy):
    proxy.answers = [500, 503, 500, 503]
    target, _ = fetch()
    assert target.read_bytes() == stored
    assert [one.status for one in proxy.gets].count(206) == 6
    assert len(proxy.gets) == 10


def test_errors_of_the_server_end_after_the_attempts_and_keep_what_came(stored, fetch, proxy):
    proxy.before_get = lambda number: proxy.answers.extend([503] * (number > 3))
    with pytest.raises(StorageError, match=r"train2017.zip: gave up after 3 attempts.*SlowDown"):
        fetch(parallel=1, attempts=3)
    assert proxy.sent == 3 * MIB
    proxy.before_get = None
    proxy.answers.clear()
    target, _ = fetch(parallel=1)
    assert target.read_bytes() == stored
    assert proxy.sent == SIZE


def test_a_stalled_connection_is_dropped_and_made_anew(stored, fetch, proxy):
    proxy.before_get = lambda number: time.sleep(1.5 if number == 1 else 0)
    target, _ = fetch(timeout=0.5)
    assert target.read_bytes() == stored
    assert len(proxy.gets) == 7


def test_no_server_at_the_endpoint_is_named_after_the_attempts(bucket, fetch, proxy, access):
    with pytest.raises(StorageError, match=r"gave up after 2 attempts.*s3\.endpoint"):
        how = access(attempts=2).__class__(
            endpoint="http://127.0.0.1:1", attempts=2, first_wait=0.01
        )
        head(connect(how), S3Address(bucket.name, "a"), how)


def test_refused_access_is_told_at_once_with_bucket_key_and_mend(stored, fetch, proxy, bucket):
    proxy.answers = [403]
    with pytest.raises(
        StorageError, match=r"403 AccessDenied: as the test asks.*AWS_PROFILE"
    ) as caught:
        fetch(parallel=1)
    assert f"s3://{bucket.name}/coco/train2017.zip" in str(caught.value)
    assert len(proxy.gets) == 1


def test_a_missing_object_is_told_at_once(stored, fetch, proxy):
    with pytest.raises(StorageError, match=r"coco/val2017.zip: 404.*Check bucket, key"):
        fetch("coco/val2017.zip")
    assert len(proxy.passed) == 1


def test_missing_credentials_are_told_with_the_mend(stored, fetch, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(StorageError, match=r"[Cc]redentials.*AWS_PROFILE.*s3\.anonymous"):
        fetch()


def test_a_public_object_needs_no_credentials(stored, fetch, bucket, monkeypatch):
    bucket.put("coco/train2017.zip", stored, ACL="public-read")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    target, _ = fetch(anonymous=True)
    assert target.read_bytes() == stored


def test_an_object_replaced_meanwhile_is_an_error_and_then_comes_anew(
    stored, fetch, proxy, bucket, blob
):
    newer = blob(SIZE, seed=1)

    def replace(number):
        if number == 3:
            bucket.put("coco/train2017.zip", newer)

    proxy.before_get = replace
    with pytest.raises(StorageError, match=r"412.*replaced while it was being fetched"):
        fetch(parallel=1)
    target, _ = fetch(parallel=1)
    assert target.read_bytes() == newer


def test_a_server_without_ranges_is_told_from_a_good_one(stored, fetch, proxy):
    proxy.ignore_ranges = True
    with pytest.raises(StorageError, match=r"asked for 1048576 bytes.*must understand ranges"):
        fetch()


def test_a_damaged_state_starts_the_download_afresh(stored, fetch, proxy, tmp_path):
    proxy.answers = [403]
    with pytest.raises(StorageError):
        fetch()
    (tmp_path / "scratch" / "train2017.zip.ranges.json").write_text('{"version": ')
    target, _ = fetch()
    assert target.read_bytes() == stored


def test_a_small_object_comes_in_one_request_and_again_when_it_is_damaged(
    bucket, blob, access, proxy, tmp_path
):
    bucket.put("a.jpg", blob(50_000))
    client = connect(access())
    wanted = head(client, S3Address(bucket.name, "a.jpg"), access())
    proxy.flip = 2  # a byte of the answer that is cut, and one of the next
    proxy.cuts = [20_000]
    fetch_whole(client, wanted, tmp_path / "a.jpg", access())
    assert (tmp_path / "a.jpg").read_bytes() == blob(50_000)
    assert len(proxy.gets) == 3
