import os
from pathlib import Path

import pytest

from vitpose_plus.errors import PictureError
from vitpose_plus.prediction.sources import find_sources, image_ids


def names(sources):
    return [source.name for source in (*sources.pictures, *sources.videos)]


def test_a_folder_is_looked_into_at_any_depth_and_what_is_no_picture_is_counted(draw, tmp_path):
    for name in ("in/b.jpg", "in/a/2.PNG", "in/clip.MOV", "in/notes.txt", "in/.hidden.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = find_sources([str(tmp_path / "in")])
    assert [source.name for source in found.pictures] == ["b.jpg", "a/2.PNG"]
    assert [source.name for source in found.videos] == ["clip.MOV"]
    assert found.passed_over == 2


def test_two_pictures_of_one_name_keep_their_folders(draw):
    paths = [str(draw("walk/1.jpg")), str(draw("run/1.jpg"))]
    assert names(find_sources(paths)) == ["walk/1.jpg", "run/1.jpg"]


def test_a_picture_that_is_named_in_several_ways_is_taken_once(draw, tmp_path, monkeypatch):
    draw("in/1.jpg")
    monkeypatch.chdir(tmp_path)
    found = find_sources(["in/1.jpg", "in", "./in/*.jpg", str(tmp_path / "in" / ".." / "in")])
    assert names(found) == ["1.jpg"]


@pytest.mark.parametrize("absolute", [False, True])
def test_a_pattern_finds_what_fits_it(absolute, draw, tmp_path, monkeypatch):
    for name in ("in/1.jpg", "in/deep/2.jpg", "in/3.png", "in/4.txt"):
        draw("in/1.jpg")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    start = f"{tmp_path}/" if absolute else ""
    assert names(find_sources([f"{start}in/*.jpg"])) == ["1.jpg"]
    assert names(find_sources([f"{start}in/**/*.jpg"])) == ["1.jpg", "deep/2.jpg"]
    assert names(find_sources([f"{start}in/?.*"])) == ["1.jpg", "3.png"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(draw):
    path = draw("a[1].jpg")
    draw("a1.jpg")
    assert names(find_sources([str(path)])) == ["a[1].jpg"]


def test_a_file_that_is_named_is_taken_whatever_its_ending(draw, tmp_path):
    path = draw("1.jpg").rename(tmp_path / "upload")
    assert names(find_sources([str(path)])) == ["upload"]


def test_no_name_leads_out_of_the_common_folder(draw, tmp_path, monkeypatch):
    draw("1.jpg")
    draw("deep/2.jpg")
    monkeypatch.chdir(tmp_path / "deep")
    assert names(find_sources(["../1.jpg", "2.jpg"])) == ["1.jpg", "deep/2.jpg"]


def test_what_lies_where_is_written_to_is_left_out_unless_it_is_named(draw, tmp_path, monkeypatch):
    draw("1.jpg")
    draw("poses/1.jpg")
    monkeypatch.chdir(tmp_path)
    for named in (["."], ["**/*.jpg"], ["1.jpg", "poses"]):
        found = find_sources(named, without=tmp_path / "poses")
        assert (names(found), found.passed_over) == (["1.jpg"], 0)
    assert names(find_sources(["poses/1.jpg"], without=tmp_path / "poses")) == ["1.jpg"]
    with pytest.raises(PictureError, match="what lies in poses does not count"):
        find_sources(["poses"], without=Path("poses"))


@pytest.mark.parametrize("named", ["none.jpg", "none*.jpg", ""])
def test_what_leads_nowhere_is_an_error(named, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PictureError, match=r"no such file or folder"):
        find_sources([named])


def test_a_folder_without_pictures_is_an_error_that_tells_the_endings(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(PictureError, match=r"no picture or video there.*\.webp"):
        find_sources([str(tmp_path)])


def test_a_name_that_is_no_utf8_is_spelt_out(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).touch()
    assert names(find_sources([str(tmp_path)])) == ["caf\\xe9.jpg"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["000000000139.jpg", "a/000000000285.jpg"], ["139", "285"]),
        (["a/1.jpg", "b/1.jpg"], ["a/1.jpg", "b/1.jpg"]),
        (["1.jpg", "01.jpg"], ["1.jpg", "01.jpg"]),
        (["1.jpg", "one.jpg"], ["1.jpg", "one.jpg"]),
        (["1234567890123456.jpg"], ["1234567890123456.jpg"]),
        (["²3.jpg"], ["²3.jpg"]),
        ([], []),
    ],
)
def test_pictures_are_called_by_their_numbers_if_all_have_their_own(given, wanted):
    assert image_ids(given) == wanted
