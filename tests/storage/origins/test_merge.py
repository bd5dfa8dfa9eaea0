"""Files that are in the way, of others or of earlier versions."""

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.storage import Origin, UnpackLimits


def test_a_changed_archive_replaces_its_files_and_removes_what_it_no_longer_holds(
    coco, place, bring, write_zip, below
):
    origins = [Origin(address=str(path), folder=place) for path in sorted(coco.iterdir())]
    bring(*origins)
    write_zip(coco / "annotations.zip", {"annotations/train.json": b"{1}", "annotations/new": b""})
    assert [one.brought for one in bring(*origins)] == [True, False, False]
    assert (place / "annotations/train.json").read_bytes() == b"{1}"
    assert (place / "annotations/new").is_file()
    assert not (place / "annotations/val.json").exists()
    assert len(below(place)) == 13


def test_a_file_that_the_user_mended_stays_while_the_source_does(coco, place, bring):
    origin = Origin(address=str(coco / "annotations.zip"), folder=place)
    bring(origin)
    (place / "annotations/train.json").write_text("mended")
    assert not bring(origin)[0].brought
    assert (place / "annotations/train.json").read_text() == "mended"


def test_a_file_of_nobody_known_is_never_written_over(coco, place, bring, below):
    (place / "annotations").mkdir(parents=True)
    (place / "annotations/val.json").write_text("mine")
    with pytest.raises(StorageError, match=r"annotations/val.json \(of unknown origin\)"):
        bring(Origin(address=str(coco / "annotations.zip"), folder=place))
    assert below(place) == {"annotations/val.json"}
    assert (place / "annotations/val.json").read_text() == "mine"


def test_the_same_file_already_there_is_no_hindrance(coco, place, bring):
    (place / "annotations").mkdir(parents=True)
    (place / "annotations/val.json").write_text("[]")
    assert bring(Origin(address=str(coco / "annotations.zip"), folder=place))[0].files == 2


def test_two_archives_with_another_file_of_one_name_are_told_apart(coco, place, bring, write_zip):
    write_zip(coco / "other.zip", {"annotations/val.json": b"other"})
    bring(Origin(address=str(coco / "annotations.zip"), folder=place))
    with pytest.raises(StorageError, match=r"other.zip: 1 of its files.*\n.*annotations\.zip\)"):
        bring(Origin(address=str(coco / "other.zip"), folder=place))
    assert (place / "annotations/val.json").read_bytes() == b"[]"


@pytest.mark.parametrize("members", [{"annotations": b""}, {"annotations/val.json/x": b""}])
def test_a_file_where_a_folder_is_stops_before_anything_moves(
    coco, place, bring, members, write_zip
):
    bring(Origin(address=str(coco / "annotations.zip"), folder=place))
    write_zip(coco / "other.zip", {"a.txt": b"", **members})
    with pytest.raises(StorageError, match="Nothing was changed"):
        bring(Origin(address=str(coco / "other.zip"), folder=place))
    assert not (place / "a.txt").exists()


def test_a_refused_archive_leaves_the_folder_as_it_was(coco, place, bring, below, leftovers):
    bring(Origin(address=str(coco / "val2017.zip"), folder=place))
    with pytest.raises(StorageError, match=r"unpack\.max_files"):
        train = Origin(address=str(coco / "train2017.zip"), folder=place)
        bring(train, limits=UnpackLimits(max_files=7))
    assert len(below(place)) == 3
    assert leftovers() == set()


def test_a_place_that_is_a_link_to_a_larger_disk_stays_one(coco, place, bring, tmp_path, below):
    (tmp_path / "large" / "coco").mkdir(parents=True)
    place.parent.mkdir()
    place.symlink_to(tmp_path / "large" / "coco")
    bring(Origin(address=str(coco / "val2017.zip"), folder=place))
    assert place.is_symlink()
    assert len(below(tmp_path / "large" / "coco")) == 3
