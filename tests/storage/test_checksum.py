import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.storage.checksum import Digest, sha256_of


@given(blocks=st.lists(st.binary(max_size=40)), part_bytes=st.integers(1, 60))
def test_a_sum_of_parts_is_the_sum_of_their_sums_however_the_bytes_come(blocks, part_bytes):
    body = b"".join(blocks)
    digest = Digest("md5", part_bytes)
    for block in blocks:
        digest.update(block)
    parts = [body[i : i + part_bytes] for i in range(0, len(body), part_bytes)]
    sums = b"".join(hashlib.md5(part).digest() for part in parts)
    assert digest.hexdigest() == hashlib.md5(sums).hexdigest()


def test_crc32_is_written_as_s3_writes_it():
    digest = Digest("crc32")
    digest.update(b"pose")
    digest.update(b"\0est")
    assert digest.hexdigest() == f"{zlib.crc32(b'pose' + bytes(1) + b'est'):08x}"


@pytest.mark.parametrize("size", [0, 1, (1 << 20) + 1])
def test_a_file_is_summed_in_blocks(tmp_path, blob, size):
    (tmp_path / "a").write_bytes(blob(size))
    assert sha256_of(tmp_path / "a", progress=False) == hashlib.sha256(blob(size)).hexdigest()
