import json
from pathlib import Path, PureWindowsPath

import pytest


@pytest.fixture(scope="module")
def document(sample: Path) -> dict:
    return json.loads((sample / "apt36k/apt36k_annotations.json").read_text())


def test_windows_paths_end_where_the_pictures_lie(sample: Path, document: dict):
    for image in document["images"]:
        path = PureWindowsPath(image["file_name"])
        assert path.drive == "D:"
        assert (sample / "apt36k").joinpath(*path.parts[-3:]).is_file()


def test_a_clip_shows_the_same_animals_with_the_same_track_ids(document: dict):
    species: dict[tuple[int, int], set[int]] = {}
    for animal in document["annotations"]:
        track = (animal["video_id"], animal["track_id"])
        species.setdefault(track, set()).add(animal["category_id"])
    assert {video for video, _ in species} == {1, 2, 3}
    assert all(len(kinds) == 1 for kinds in species.values())


def test_annotations_have_the_video_of_their_picture(document: dict):
    videos = {image["id"]: image["video_id"] for image in document["images"]}
    assert all(a["video_id"] == videos[a["image_id"]] for a in document["annotations"])
