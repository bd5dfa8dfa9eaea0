"""Origins on this machine's disks."""

import shutil

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.storage import Origin


def test_a_wrong_sum_stops_before_unpacking(coco, place, bring, sha256):
    origin = Origin(address=str(coco / "val2017.zip"), folder=place, sha256="0" * 64)
    with pytest.raises(StorageError, match=f"sha256 is {sha256(coco / 'val2017.zip')}"):
        bring(origin)
    assert not place.exists()


def test_a_folder_that_lies_in_its_place_is_counted(coco, bring):
    (found,) = bring(Origin(address=f"{coco}/", folder=coco))
    assert (found.files, found.brought, found.sha256) == (3, False, None)
    assert not (coco.parent / ".downloads.origins").exists()
    shutil.rmtree(coco)
    with pytest.raises(StorageError, match="downloads: does not exist"):
        bring(Origin(address=str(coco), folder=coco))
    coco.mkdir()
    with pytest.raises(StorageError, match="holds no files"):
        bring(Origin(address=str(coco), folder=coco))


def test_a_folder_is_copied_and_then_only_what_changed(coco, place, bring, below):
    origin = Origin(address=str(coco), folder=place)
    assert bring(origin)[0].files == 3
    assert below(place) == below(coco)
    kept = (place / "val2017.zip").stat().st_ino
    assert not bring(origin)[0].brought
    (coco / "train2017.zip").write_bytes(b"new")
    (coco / "annotations.zip").unlink()
    assert bring(origin)[0].brought
    assert (place / "train2017.zip").read_bytes() == b"new"
    assert below(place) == {"train2017.zip", "val2017.zip"}
    assert (place / "val2017.zip").stat().st_ino == kept


def test_links_of_a_folder_are_followed_but_not_in_circles(coco, place, bring, tmp_path, below):
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "sets").symlink_to(coco)
    origin = Origin(address=str(tmp_path / "top"), folder=place)
    bring(origin)
    assert below(place) == {f"sets/{name}" for name in below(coco)}
    assert not (place / "sets").is_symlink()
    (coco / "round").symlink_to(tmp_path / "top")
    with pytest.raises(StorageError, match="leads to a folder met before"):
        bring(origin)
    (coco / "round").unlink()
    (coco / "broken").symlink_to("nowhere")
    with pytest.raises(StorageError, match="broken link"):
        bring(origin)


def test_a_folder_cannot_be_copied_into_itself(coco, bring):
    with pytest.raises(StorageError, match="into itself"):
        bring(Origin(address=str(coco), folder=coco / "copy"))
    with pytest.raises(StorageError, match="into itself"):
        bring(Origin(address=str(coco), folder=coco.parent))


def test_a_sum_of_a_folder_is_refused(coco, place, bring):
    with pytest.raises(StorageError, match="only a file has a sha256"):
        bring(Origin(address=str(coco), folder=place, sha256="0" * 64))


def test_a_single_file_is_copied_as_it_is(coco, place, bring, tmp_path):
    (tmp_path / "train.json").write_text("{}")
    bring(Origin(address=str(tmp_path / "train.json"), folder=place))
    assert (place / "train.json").read_text() == "{}"
