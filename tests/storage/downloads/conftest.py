"""An object, and one run that downloads it."""

import hashlib

import pytest

from vitpose_plus.storage.download import download
from vitpose_plus.storage.origin import S3Address
from vitpose_plus.storage.s3_objects import connect, head

MIB = 1 << 20
SIZE = 5 * MIB + 12345


@pytest.fixture
def stored(bucket, blob):
    body = blob(SIZE)
    bucket.put("coco/train2017.zip", body)
    return body


@pytest.fixture
def fetch(bucket, access, tmp_path, sha256):
    """Ask for the stored object and download it, as one run would."""

    def run(key="coco/train2017.zip", sha256=None, **fields):
        how = access(**fields)
        client = connect(how)
        wanted = head(client, S3Address(bucket.name, key), how)
        target = tmp_path / "scratch" / key.rpartition("/")[2]
        return target, download(client, wanted, target, how, sha256=sha256, progress=False)

    return run


@pytest.fixture
def sha256():
    """`sha256(bytes)`, by the standard library."""
    return lambda body: hashlib.sha256(body).hexdigest()
