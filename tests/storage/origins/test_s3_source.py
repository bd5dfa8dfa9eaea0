"""Origins on S3, through a proxy that counts."""

import shutil

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.storage import Origin, S3Access, UnpackLimits

MIB = 1 << 20


def test_an_archive_on_s3_is_fetched_unpacked_and_its_download_removed(
    coco, place, bring, bucket, proxy, tmp_path, below, sha256
):
    bucket.put("coco/val2017.zip", (coco / "val2017.zip").read_bytes())
    origin = Origin(address=bucket.address("coco/val2017.zip"), folder=place)
    (found,) = bring(origin)
    assert (found.files, found.sha256) == (3, sha256(coco / "val2017.zip"))
    assert len(below(place)) == 3
    assert below(tmp_path / "scratch") == set()
    before = proxy.sent
    assert not bring(origin)[0].brought
    assert proxy.sent == before

    bucket.put("coco/val2017.zip", (coco / "train2017.zip").read_bytes())
    assert bring(origin)[0].brought
    assert {name.partition("/")[0] for name in below(place)} == {"train2017"}


def test_a_kept_download_serves_the_next_unpacking(
    coco, place, bring, bucket, proxy, tmp_path, below, sha256
):
    bucket.put("coco/val2017.zip", (coco / "val2017.zip").read_bytes())
    origin = Origin(address=bucket.address("coco/val2017.zip"), folder=place)
    bring(origin, keep=True)
    (kept,) = (tmp_path / "scratch").rglob("val2017.zip")
    assert sha256(kept) == sha256(coco / "val2017.zip")
    shutil.rmtree(place)
    before = proxy.sent
    bring(origin)
    assert proxy.sent == before
    assert len(below(place)) == 3


def test_a_download_outlives_a_refused_unpacking(coco, place, bring, bucket, proxy):
    bucket.put("coco/val2017.zip", (coco / "val2017.zip").read_bytes())
    origin = Origin(address=bucket.address("coco/val2017.zip"), folder=place)
    with pytest.raises(StorageError, match="max_files"):
        bring(origin, limits=UnpackLimits(max_files=1))
    before = proxy.sent
    bring(origin)
    assert proxy.sent == before


def test_a_sum_makes_later_runs_independent_of_the_server(
    coco, place, bring, bucket, proxy, sha256
):
    bucket.put("val2017.zip", (coco / "val2017.zip").read_bytes())
    address, expected = bucket.address("val2017.zip"), sha256(coco / "val2017.zip")
    origin = Origin(address=address, folder=place, sha256=expected)
    bring(origin)
    before = len(proxy.passed)
    bring(origin, s3=S3Access(endpoint="http://127.0.0.1:1", attempts=1))
    assert len(proxy.passed) == before


def test_one_object_that_is_no_archive_comes_as_it_is(place, bring, bucket, below):
    bucket.put("annotations/train.json", b"{}")
    bring(Origin(address=bucket.address("annotations/train.json"), folder=place))
    assert below(place) == {"train.json"}


@pytest.fixture
def mirrored(bucket, blob):
    """Objects below a prefix: many small ones, and one that comes in parts."""
    files = {f"images/{i % 4}/{i}.jpg": blob(2000 + i, seed=i) for i in range(40)}
    files["large.bin"] = blob(3 * MIB)
    for name, body in files.items():
        bucket.put(f"sets/ap10k/{name}", body)
    bucket.put("sets/ap10k/images/", b"")
    bucket.put("sets/other/1.jpg", b"")
    return files


def test_a_prefix_is_mirrored(mirrored, place, bring, bucket, below, leftovers):
    (found,) = bring(Origin(address=bucket.address("sets/ap10k/"), folder=place))
    assert {name: (place / name).read_bytes() for name in below(place)} == mirrored
    assert (found.files, found.bytes) == (41, sum(map(len, mirrored.values())))
    assert leftovers() == set()


def test_of_a_changed_prefix_only_the_changes_are_fetched(mirrored, place, bring, bucket, proxy):
    origin = Origin(address=bucket.address("sets/ap10k/"), folder=place)
    bring(origin)
    before = proxy.sent
    assert not bring(origin)[0].brought
    # The same length within the same second: only the ETag tells.
    bucket.put("sets/ap10k/images/3/3.jpg", b"x" * len(mirrored["images/3/3.jpg"]))
    bucket.made.Object("sets/ap10k/images/2/2.jpg").delete()
    assert bring(origin)[0].files == 40
    assert proxy.sent - before == len(mirrored["images/3/3.jpg"])
    assert (place / "images/3/3.jpg").read_bytes().strip(b"x") == b""
    assert not (place / "images/2/2.jpg").exists()


def test_a_prefix_that_failed_goes_on_with_what_is_missing(
    mirrored, place, bring, bucket, proxy, below
):
    origin = Origin(address=bucket.address("sets/ap10k/"), folder=place)
    proxy.before_get = lambda number: proxy.answers.extend([403] * (number == 21))
    with pytest.raises(StorageError, match="403"):
        bring(origin)
    assert not place.exists()
    proxy.before_get = None
    proxy.answers.clear()
    bring(origin)
    assert {name: (place / name).read_bytes() for name in below(place)} == mirrored
    assert proxy.sent == sum(map(len, mirrored.values()))


def test_a_prefix_survives_a_bad_day_of_the_network(mirrored, place, bring, bucket, proxy, below):
    proxy.answers = [503, 500] * 3
    proxy.cuts = [100, 1500, 0]
    proxy.flip = 2
    bring(Origin(address=bucket.address("sets/ap10k/"), folder=place))
    assert {name: (place / name).read_bytes() for name in below(place)} == mirrored


def test_a_listing_is_asked_for_again(mirrored, place, bring, bucket, proxy):
    proxy.answers, proxy.answers_to = [503, 500], ("LIST",)
    assert bring(Origin(address=bucket.address("sets/ap10k/"), folder=place))[0].files == 41
    assert proxy.answers == []


@pytest.mark.slow
def test_a_listing_of_many_pages_is_read_to_its_end(place, bring, bucket):
    for i in range(1005):
        bucket.put(f"many/{i}", b"")
    assert bring(Origin(address=bucket.address("many/"), folder=place))[0].files == 1005


@pytest.mark.parametrize("key", ["x/../../evil", "x/..", "x/a\\b"])
def test_a_key_that_leads_out_is_refused(place, bring, bucket, key, tmp_path):
    bucket.put(key, b"evil")
    with pytest.raises(StorageError, match="Rename it at its source"):
        bring(Origin(address=bucket.address("x/"), folder=place))
    assert not place.exists()


@pytest.mark.parametrize("keys", [("x/a", "x/a/b"), ("x/a/b", "x/a//b")])
def test_keys_that_no_disk_can_hold_are_told(place, bring, bucket, keys):
    for key in keys:
        bucket.put(key, b"body")
    with pytest.raises(StorageError, match=r"file and a folder|same file"):
        bring(Origin(address=bucket.address("x/"), folder=place))


def test_an_empty_prefix_is_told(place, bring, bucket):
    with pytest.raises(StorageError, match="no objects there"):
        bring(Origin(address=bucket.address("nothing/"), folder=place))


def test_a_missing_bucket_is_told_by_name(place, bring):
    with pytest.raises(StorageError, match=r"s3://no-such-bucket/x.zip: 404"):
        bring(Origin(address="s3://no-such-bucket/x.zip", folder=place))
    with pytest.raises(StorageError, match="s3://no-such-bucket/x/: 404 NoSuchBucket"):
        bring(Origin(address="s3://no-such-bucket/x/", folder=place))
