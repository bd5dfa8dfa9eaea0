import pytest
from pydantic import ValidationError

from vitpose_plus.mirror.settings import Store
from vitpose_plus.storage.s3_objects import connect
from vitpose_plus.storage.settings import S3Access


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("s3://bucket/runs/one", "runs/one/objects/x"),
        ("s3://bucket/runs/one/", "runs/one/objects/x"),
        ("s3://bucket", "objects/x"),
        ("s3://bucket/", "objects/x"),
    ],
)
def test_what_lies_in_a_store_lies_below_its_address(address, key):
    assert Store(address=address).at("objects/x") == ("bucket", key)


@pytest.mark.parametrize("address", ["bucket/x", "gs://bucket/x", "s3:///x", "s3://bucket//x", ""])
def test_an_address_of_something_else_is_refused(address):
    with pytest.raises(ValidationError, match=r"s3://bucket/prefix"):
        Store(address=address)


def test_a_store_that_could_not_be_written_to_is_refused():
    with pytest.raises(ValidationError, match=r"s3\.anonymous"):
        Store(address="s3://bucket/x", s3=S3Access(anonymous=True))


def test_the_server_may_come_from_awss_own_environment_variable(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")
    assert connect(Store(address="s3://bucket/x").s3).meta.endpoint_url == "http://127.0.0.1:9000"
