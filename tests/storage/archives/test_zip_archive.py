"""Zips, as odd programs write them."""

import stat
import struct
import zipfile

import pytest

from vitpose_plus.errors import StorageError

MIB = 1 << 20


FILES = {"train2017/1.jpg": b"one" * 1000, "train2017/deep/2.jpg": b"", "annotations.json": b"{}"}


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA]
)
def test_a_zip_is_unpacked(make_zip, tried, compression):
    assert tried(make_zip({"empty/": b"", **FILES}, compression=compression)) == FILES


def test_a_pipe_in_a_zip_is_refused(make_zip, tried):
    info = zipfile.ZipInfo("pipe")
    info.create_system, info.external_attr = 3, (stat.S_IFIFO | 0o644) << 16
    with pytest.raises(StorageError, match="'pipe' is neither"):
        tried(make_zip([(info, b"")]))


def test_windows_names_are_normalised(make_zip, tried):
    archive = make_zip({"patr1\\10gorilla\\v11C1\\frame1.jpg": b"1", "patr1\\empty\\": b""})
    assert tried(archive) == {"patr1/10gorilla/v11C1/frame1.jpg": b"1"}


def test_names_in_utf_8_without_the_flag_are_read_as_such(make_zip, tried):
    archive = make_zip({"xxxx/1.jpg": b"1"})
    archive.write_bytes(archive.read_bytes().replace(b"xxxx", "éé".encode()))
    assert tried(archive) == {"éé/1.jpg": b"1"}


def test_an_encrypted_member_is_refused_with_the_mend(make_zip, tried):
    archive = make_zip({"secret.jpg": b"x"})
    raw = bytearray(archive.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(raw)
    with pytest.raises(StorageError, match=r"'secret.jpg' is encrypted.*7z x"):
        tried(archive)


def test_a_packing_that_python_does_not_know_is_told_with_the_mend(make_zip, tried):
    archive = make_zip({"big.bin": b"x"})
    raw = bytearray(archive.read_bytes())
    deflate64 = struct.pack("<H", 9)
    raw[8:10] = deflate64
    central = raw.index(b"PK\x01\x02")
    raw[central + 10 : central + 12] = deflate64
    archive.write_bytes(raw)
    with pytest.raises(StorageError, match=r"Deflate64.*7z x"):
        tried(archive)


def test_a_zip_that_lies_about_its_size_is_still_stopped(make_zip, tried):
    archive = make_zip({"a": b"x" * (4 * MIB)}, compression=zipfile.ZIP_DEFLATED)
    raw = bytearray(archive.read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[22:26] = raw[central + 24 : central + 28] = struct.pack("<I", 100)
    archive.write_bytes(raw)
    with pytest.raises(StorageError):
        tried(archive, max_gigabytes=1 / 1024)


def test_an_html_page_named_zip_is_no_archive(tmp_path, tried):
    (tmp_path / "set.zip").write_text("<html>Log in first</html>")
    with pytest.raises(StorageError, match="no archive"):
        tried(tmp_path / "set.zip")
