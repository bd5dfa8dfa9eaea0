import os

import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.mirror.kept import Kept, walk


def names(kept):
    return [name for name, _ in walk(kept)]


def test_folders_are_named_from_the_project_however_they_are_given(tmp_path):
    given = ["data/b/", tmp_path / "data/a", "./data/a"]
    assert Kept.of(given, tmp_path).folders == ("data/a", "data/b")


@pytest.mark.parametrize("folders", [[], ["../x"], ["/tmp"], ["."], ["a", "a/b"]])
def test_folders_that_cannot_be_told_apart_or_lie_elsewhere_are_refused(tmp_path, folders):
    with pytest.raises(ConfigurationError):
        Kept.of(folders, tmp_path)


def test_what_cannot_be_stored_is_told_once(tmp_path, caplog):
    top = tmp_path / "models"
    (top / "deep").mkdir(parents=True)
    (top / "deep/x").write_text("x")
    (top / "linked").symlink_to(top / "deep")
    (top / "gone").symlink_to(top / "nothing")
    (top / "copy").symlink_to(top / "deep/x")
    os.mkfifo(top / "pipe")
    with open(os.fsencode(top) + b"/\xff", "w"):  # noqa: PTH123
        pass
    kept = Kept.of(["models"], tmp_path)
    for _ in range(2):
        assert names(kept) == ["models/copy", "models/deep/x"]
    assert caplog.text.count("a link to a folder is not stored") == 1
    assert caplog.text.count("a file with such a name is not stored") == 1


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert names(Kept.of(["models"], tmp_path)) == []
