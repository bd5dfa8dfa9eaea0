"""Bytes that change on their way, found by what S3 or the configuration knows of them."""

import pytest

from vitpose_plus.errors import StorageError

MIB = 1 << 20


def test_damage_on_the_way_is_found_by_s3s_own_checksum(stored, fetch, proxy, tmp_path):
    proxy.flip = 1
    with pytest.raises(StorageError, match=r"damaged on its way.*It was removed: run again"):
        fetch()
    assert list((tmp_path / "scratch").iterdir()) == []
    target, _ = fetch()
    assert target.read_bytes() == stored


def test_damage_to_an_object_without_a_checksum_is_found_by_its_md5(bucket, blob, fetch, proxy):
    import boto3
    from botocore.config import Config

    config = Config(request_checksum_calculation="when_required")
    plain = boto3.session.Session().client("s3", endpoint_url=proxy.upstream, config=config)
    plain.put_object(Bucket=bucket.name, Key="old.bin", Body=blob(3 * MIB))
    proxy.flip = 1
    with pytest.raises(StorageError, match="S3 gives md5"):
        fetch("old.bin")


@pytest.fixture
def upload_in_parts(bucket):
    def upload(key, *parts):
        made = bucket.made.Object(key).initiate_multipart_upload()
        tags = [
            {"PartNumber": n, "ETag": made.Part(n).upload(Body=part)["ETag"]}
            for n, part in enumerate(parts, 1)
        ]
        made.complete(MultipartUpload={"Parts": tags})

    return upload


@pytest.mark.parametrize("last", [12345, 5 * MIB])
def test_damage_to_an_object_of_parts_is_found_by_the_sum_of_their_sums(
    upload_in_parts, blob, fetch, proxy, last
):
    parts = [blob(5 * MIB), blob(5 * MIB, seed=1), blob(last, seed=2)]
    upload_in_parts("parts.bin", *parts)
    proxy.flip = 1
    with pytest.raises(StorageError, match="S3 gives md5"):
        fetch("parts.bin")
    target, _ = fetch("parts.bin")
    assert target.read_bytes() == b"".join(parts)


def test_damage_is_found_by_the_configured_sum_where_s3_gives_none(
    upload_in_parts, blob, fetch, proxy, sha256
):
    body = blob(12 * MIB)
    upload_in_parts("parts.bin", body[: 5 * MIB], body[5 * MIB : 11 * MIB], body[11 * MIB :])
    proxy.flip = 1
    with pytest.raises(StorageError, match=r"the configuration expects.*It was removed"):
        fetch("parts.bin", sha256=sha256(body))
    target, _ = fetch("parts.bin", sha256=sha256(body))
    assert target.read_bytes() == body


def test_another_file_than_configured_is_told_and_kept_for_a_mended_configuration(
    stored, fetch, proxy, sha256
):
    with pytest.raises(StorageError, match=f"{sha256(stored)}.*another file than expected"):
        fetch(sha256="0" * 64)
    before = proxy.sent
    fetch(sha256=sha256(stored))
    assert proxy.sent == before
