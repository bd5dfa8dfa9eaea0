"""Whole origins to their folders, once."""

import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.storage import Origin

MIB = 1 << 20


def test_archives_share_a_folder_and_are_brought_once(coco, place, bring, below, sha256, leftovers):
    origins = [Origin(address=str(path), folder=place) for path in sorted(coco.iterdir())]
    first = bring(*origins)
    assert [(one.files, one.brought) for one in first] == [(2, True), (8, True), (3, True)]
    assert first[1].sha256 == sha256(coco / "train2017.zip")
    assert first[1].bytes == 8 * 3000
    assert len(below(place)) == 13
    assert leftovers() == set()
    second = bring(*origins)
    assert [one.brought for one in second] == [False] * 3
    assert [one.sha256 for one in second] == [one.sha256 for one in first]


def test_the_record_names_where_it_came_from_and_what_it_is(coco, place, bring, sha256):
    bring(Origin(address=str(coco / "val2017.zip"), folder=place))
    (stamp,) = (place.parent / ".coco.origins").glob("val2017.zip-*.json")
    record = json.loads(stamp.read_text())
    assert record["address"] == str(coco / "val2017.zip")
    assert record["sha256"] == sha256(coco / "val2017.zip")
    assert (record["files"], record["bytes"]) == (3, 9000)
    assert str((coco / "val2017.zip").stat().st_mtime_ns) in record["version"]


def test_a_file_that_was_lost_is_brought_again(coco, place, bring, below):
    origin = Origin(address=str(coco / "train2017.zip"), folder=place)
    bring(origin)
    (place / "train2017" / "000000000003.jpg").unlink()
    assert [one.brought for one in bring(origin)] == [True]
    assert len(below(place)) == 8


def test_with_a_sum_later_runs_need_neither_archive_nor_network(coco, place, bring, sha256):
    path = coco / "val2017.zip"
    origin = Origin(address=str(path), folder=place, sha256=sha256(path))
    bring(origin)
    path.unlink()
    assert not bring(origin)[0].brought
    with pytest.raises(StorageError, match="does not exist"):
        bring(Origin(address=str(path), folder=place))


def test_a_full_disk_is_told_with_the_mend_and_leaves_no_half(
    coco, bring, tmp_path, blob, write_zip
):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        with tarfile.open(coco / "big.tar", "w") as archive:
            for i in range(6):
                (tmp_path / "x").write_bytes(blob(MIB // 2))
                archive.add(tmp_path / "x", f"{i}.jpg")
        for name in ("big.tar", "big.zip"):
            write_zip(coco / "big.zip", {"a": blob(3 * MIB)})
            with pytest.raises(StorageError, match=f"{name} to .*no room on the disk"):
                bring(Origin(address=str(coco / name), folder=disk / "coco"))
            assert not (disk / "coco").exists()
        # A disk that is itself the place has its papers inside: nothing is renamed across disks.
        bring(Origin(address=str(coco / "val2017.zip"), folder=disk))
        assert (disk / ".origins").is_dir()
        assert not (tmp_path / ".disk.origins").exists()
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_place_that_cannot_be_written_is_told(coco, tmp_path, bring):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"val2017.zip to .*file/coco.*Not a directory"):
        bring(Origin(address=str(coco / "val2017.zip"), folder=tmp_path / "file" / "coco"))


def test_relative_paths_start_from_where_one_stands(coco, bring, tmp_path, monkeypatch, below):
    monkeypatch.chdir(tmp_path)
    (found,) = bring(Origin(address="downloads/val2017.zip", folder=Path("raw")))
    assert found.folder == Path("raw")
    assert len(below(tmp_path / "raw")) == 3
    assert [path.name for path in Path("raw").iterdir()] == ["val2017"]
