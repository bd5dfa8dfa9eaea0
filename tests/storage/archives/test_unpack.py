"""Damaged archives: one kind of error, and nothing remains."""

import io
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.errors import StorageError
from vitpose_plus.storage import UnpackLimits
from vitpose_plus.storage.unpack import unpack

TARS = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}


@pytest.mark.parametrize("ending", [".zip", *TARS])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_an_archive_that_was_cut_is_named(make_zip, make_tar, tried, blob, ending, share):
    files = {f"{i}.jpg": blob(20_000, seed=i) for i in range(10)}
    archive = make_zip(files) if ending == ".zip" else make_tar(files.items(), ending)
    raw = archive.read_bytes()
    archive.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(StorageError, match=f"set{ending}: cut short, damaged or no archive"):
        tried(archive)


@pytest.mark.parametrize("ending", [".zip", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_flipped_byte_in_the_middle_is_found(make_zip, make_tar, tried, blob, ending):
    files = {f"{i}.jpg": blob(20_000, seed=i) for i in range(10)}
    archive = make_zip(files) if ending == ".zip" else make_tar(files.items(), ending)
    raw = bytearray(archive.read_bytes())
    raw[len(raw) // 2] ^= 1
    archive.write_bytes(raw)
    with pytest.raises(StorageError, match="damaged"):
        tried(archive)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), ending=st.sampled_from([".zip", *TARS]))
def test_bytes_that_are_no_archive_end_in_one_kind_of_error(tmp_path_factory, data, ending):
    """A sound archive with some bytes changed unpacks or is refused; nothing else comes out."""
    top = tmp_path_factory.mktemp("fuzz")
    archive = top / f"set{ending}"
    body = io.BytesIO()
    if ending == ".zip":
        with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as opened:
            opened.writestr("a/b.txt", b"hello" * 20)
    else:
        with tarfile.open(fileobj=body, mode=TARS[ending]) as opened:
            info = tarfile.TarInfo("a/b.txt")
            info.size = 100
            opened.addfile(info, io.BytesIO(b"hello" * 20))
    raw = bytearray(body.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    archive.write_bytes(raw)
    try:
        unpack(archive, top / "out", UnpackLimits(max_gigabytes=0.01), progress=False)
    except StorageError:
        assert not (top / "out").exists()
