import pytest
from pydantic import ValidationError

from vitpose_plus.storage.settings import S3Access, UnpackLimits


@pytest.mark.parametrize("key", ["access_key", "secret_key", "aws_secret_access_key", "token"])
def test_there_is_no_place_for_a_secret(key):
    with pytest.raises(ValidationError, match=key):
        S3Access(**{key: "x"})


def test_an_endpoint_with_a_password_is_refused():
    with pytest.raises(ValidationError, match="endpoint"):
        S3Access(endpoint="https://user:password@minio.example")
    assert S3Access(endpoint="http://minio.example:9000").endpoint


def test_sizes_are_counted_in_binary_units():
    assert S3Access(part_size=16).part_bytes == 16 * 1024**2
    assert UnpackLimits(max_gigabytes=1.5).max_bytes == 3 * 1024**3 // 2
