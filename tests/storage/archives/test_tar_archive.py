"""Tars, sound and not."""

import subprocess
import tarfile

import pytest

from vitpose_plus.errors import StorageError

MIB = 1 << 20


FILES = {"train2017/1.jpg": b"one" * 1000, "train2017/deep/2.jpg": b"", "annotations.json": b"{}"}


ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_tar_is_unpacked(make_tar, tried, ending, special):
    files = [(f"./{name}", body) for name, body in FILES.items()]
    archive = make_tar([special("./train2017/", tarfile.DIRTYPE), *files], ending)
    assert tried(archive) == FILES


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_are_refused(make_tar, tried, kind, special):
    with pytest.raises(StorageError, match="'dev' is neither a file nor a folder"):
        tried(make_tar([special("dev", kind)]))


def test_a_sparse_file_is_counted_as_what_it_unpacks_to(tmp_path, tried):

    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(3 * MIB)
    command = ["tar", "--sparse", "-C", tmp_path, "-cf", tmp_path / "set.tar", "sparse"]
    subprocess.run(command, check=True)
    assert (tmp_path / "set.tar").stat().st_size < MIB
    with pytest.raises(StorageError, match="max_gigabytes"):
        tried(tmp_path / "set.tar", max_gigabytes=1 / 1024)
    assert tried(tmp_path / "set.tar") == {"sparse": bytes(3 * MIB)}


def test_a_tar_cut_between_two_members_is_found(make_tar, tried):
    archive = make_tar([("a", b"x" * 512), ("b", b"y" * 512)])
    archive.write_bytes(archive.read_bytes()[:1024])
    with pytest.raises(StorageError, match="no end mark at byte 1024"):
        tried(archive)


def test_a_tar_with_a_damaged_header_is_found(make_tar, tried):
    archive = make_tar([("a", b"x" * 512), ("b", b"y" * 512)])
    raw = bytearray(archive.read_bytes())
    raw[1024 + 10] ^= 1
    archive.write_bytes(raw)
    with pytest.raises(StorageError, match="no end mark at byte 1024"):
        tried(archive)


def test_a_header_that_claims_gigabytes_is_refused_before_they_are_read(tmp_path, tried):
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 4 << 30
    (tmp_path / "set.tar").write_bytes(info.tobuf() + bytes(2048))
    with pytest.raises(StorageError, match="claims to be"):
        tried(tmp_path / "set.tar")
