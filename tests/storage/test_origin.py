import pytest
from pydantic import ValidationError

from vitpose_plus.storage.origin import Origin, S3Address


def origin(address, **fields):
    return Origin(address=address, folder="data/raw/coco", **fields)


def test_a_bucket_and_a_key_are_taken_from_the_address():
    one = origin("s3://pose-data/coco/train2017.zip")
    assert one.s3 == S3Address("pose-data", "coco/train2017.zip")
    assert str(one.s3) == one.address
    assert (one.name, one.is_archive, one.is_prefix) == ("train2017.zip", True, False)


@pytest.mark.parametrize("address", ["s3://pose-data/coco/", "s3://pose-data/", "s3://b-b/x.zip/"])
def test_a_trailing_slash_means_all_that_lies_below(address):
    assert origin(address).is_prefix
    assert not origin(address).is_archive


@pytest.mark.parametrize("name", ["a.zip", "A.ZIP", "a.tar", "a.tar.gz", "a.tgz", "a.tar.xz"])
def test_archives_are_known_by_their_ending(name):
    assert origin(f"/downloads/{name}").is_archive
    assert origin(f"/downloads/{name}").s3 is None


def test_an_annotation_file_is_no_archive():
    assert not origin("/downloads/person_keypoints_val2017.json").is_archive


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://images.example/train2017.zip", "Download it"),
        ("gs://bucket/train2017.zip", "only a local path or s3"),
        ("s3://bucket", "end it with a slash"),
        ("s3:///train2017.zip", "reads s3://bucket/key"),
        ("s3://bucket//train2017.zip", "reads s3://bucket/key"),
    ],
)
def test_an_address_of_another_kind_is_refused_with_the_mend(address, words):
    with pytest.raises(ValidationError, match=words):
        origin(address)


def test_a_sum_is_one_files():
    with pytest.raises(ValidationError, match="one file's"):
        origin("s3://bucket/coco/", sha256="0" * 64)
    with pytest.raises(ValidationError, match="pattern"):
        origin("/a.zip", sha256="ABC")
