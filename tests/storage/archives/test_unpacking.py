"""Hostile archives: nothing gets out, and nothing remains."""

import io
import tarfile
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitpose_plus.errors import StorageError
from vitpose_plus.storage import UnpackLimits
from vitpose_plus.storage.unpack import unpack

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")


MIB = 1 << 20


HOSTILE = ["../evil", "/evil", "a/../../evil", "..\\evil", "C:\\evil", "C:/evil", "\\evil"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_zip_that_leads_out_is_refused_as_a_whole(make_zip, tried, tmp_path, name):
    with pytest.raises(StorageError, match=r"set.zip: member .*evil.* (absolute|parent)"):
        tried(make_zip({"good.txt": b"x", name: b"x"}))
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_tar_that_leads_out_is_refused_as_a_whole(make_tar, tried, tmp_path, name):
    with pytest.raises(StorageError, match=r"set.tar: member .*evil.*nothing of it"):
        tried(make_tar([("good.txt", b"x"), (name, b"x")]))
    assert not list(tmp_path.rglob("*evil*"))


hostile_part = st.sampled_from(["..", ".", "", "a", "b", "C:", "a\\..\\..", "~", "\x01", "é"])


hostile_name = st.lists(hostile_part, min_size=1, max_size=5).map("/".join)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(hostile_name, min_size=1, max_size=4), kind=st.sampled_from(["zip", "tar"]))
def test_no_names_put_a_file_outside(tmp_path_factory, names, kind):
    top = tmp_path_factory.mktemp("hostile")
    archive = top / f"set.{kind}"
    with zipfile.ZipFile(archive, "w") if kind == "zip" else tarfile.open(archive, "w") as opened:
        for name in names:
            if kind == "zip":
                opened.writestr(zipfile.ZipInfo(name or "x"), b"data")
            else:
                info = tarfile.TarInfo(name or "x")
                info.size = 4
                opened.addfile(info, io.BytesIO(b"data"))
    folder = top / "place" / "out"
    try:
        unpack(archive, folder, UnpackLimits(), progress=False)
    except StorageError:
        assert not folder.exists()
    files = {path for path in top.rglob("*") if path.is_file()} - {archive}
    assert all(path.is_relative_to(folder) for path in files)


LINKS = [("l", "../out"), ("l", "/etc/passwd"), ("a/l", "../../x"), ("l", "nothing"), ("l", ".")]


@pytest.mark.parametrize(("name", "target"), LINKS)
def test_links_that_name_no_file_of_the_archive_are_refused(
    make_tar, make_zip, tried, name, target, special, link
):
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        with pytest.raises(StorageError, match="link"):
            tried(make_tar([("a/file", b"x"), special(name, kind, target)]))
    with pytest.raises(StorageError, match="link"):
        tried(make_zip([("a/file", b"x"), link(name, target)]))


def test_a_link_within_becomes_a_copy(make_tar, make_zip, tried, tmp_path, special, link):
    expected = {"a/file": b"body", "b/symbolic": b"body", "hard": b"body"}
    members = [
        special("b/symbolic", tarfile.SYMTYPE, "../a/file"),
        ("a/file", b"body"),
        special("hard", tarfile.LNKTYPE, "a/file"),
    ]
    assert tried(make_tar(members)) == expected
    (tmp_path / "place" / "out").rename(tmp_path / "aside")
    members = [link("b/symbolic", "../a/file"), ("a/file", b"body"), link("hard", "a/file")]
    assert tried(make_zip(members)) == expected


def test_a_link_cannot_carry_a_later_member_out(make_tar, tried, tmp_path, special):
    (tmp_path / "outside").mkdir()
    members = [special("l", tarfile.SYMTYPE, str(tmp_path / "outside")), ("l/evil", b"x")]
    with pytest.raises(StorageError, match="link out"):
        tried(make_tar(members))
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("names", [["a", "a"], ["a", "a/b"], ["a/b", "a"], ["a", "./a"]])
def test_names_that_collide_are_refused(make_tar, make_zip, tried, names):
    with pytest.raises(StorageError, match="another member"):
        tried(make_tar([(name, b"x") for name in names]))
    with pytest.raises(StorageError, match="another member"):
        tried(make_zip([(name, b"x") for name in names]))


def test_more_files_than_allowed_are_refused(make_zip, make_tar, tried):
    files = {f"{i}.jpg": b"x" for i in range(11)}
    for archive in (make_zip(files), make_tar(files.items())):
        with pytest.raises(StorageError, match=r"more than 10 files.*unpack\.max_files"):
            tried(archive, max_files=10)
    assert len(tried(archive, max_files=11)) == 11


def test_more_bytes_than_allowed_are_refused(make_zip, make_tar, tried):
    files = {"a": b"x" * MIB, "b": b"y" * MIB}
    for archive in (make_zip(files), make_tar(files.items())):
        with pytest.raises(StorageError, match=r"max_gigabytes"):
            tried(archive, max_gigabytes=1.5 / 1024)


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_a_bomb_is_refused_by_its_ratio(make_zip, make_tar, tried, ending):
    zeros = {"zeros": bytes(70 * MIB)}
    if ending == ".zip":
        archive = make_zip(zeros, compression=zipfile.ZIP_DEFLATED)
    else:
        archive = make_tar(zeros.items(), ending)
    assert archive.stat().st_size * 200 < 70 * MIB
    with pytest.raises(StorageError, match=r"over 200 times its size.*unpack\.max_ratio"):
        tried(archive)
