from pathlib import Path

import pytest

from vitpose_plus.replacement import replacing, replacing_file


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_new_folder_takes_its_place_whole(tmp_path: Path) -> None:
    with replacing(tmp_path / "deep/tables") as part:
        (part / "a").touch()
        assert not (tmp_path / "deep/tables").exists()
    assert names(tmp_path) == ["deep", "deep/tables", "deep/tables/a"]


def test_the_old_folder_goes_with_all_that_was_in_it(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/old").touch()
    with replacing(tmp_path / "tables") as part:
        (part / "new").touch()
    assert names(tmp_path) == ["tables", "tables/new"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_folder_and_nothing_else(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/old").touch()
    with pytest.raises(failure), replacing(tmp_path / "tables") as part:
        (part / "new").touch()
        raise failure
    assert names(tmp_path) == ["tables", "tables/old"]


def test_a_kill_between_the_renames_is_mended(tmp_path: Path) -> None:
    (tmp_path / ".tables.old").mkdir()
    (tmp_path / ".tables.old/old").touch()
    (tmp_path / ".tables.part").mkdir()
    (tmp_path / ".tables.part/stale").touch()
    with pytest.raises(RuntimeError), replacing(tmp_path / "tables") as part:
        assert names(part) == []
        raise RuntimeError
    assert names(tmp_path) == ["tables", "tables/old"]


def test_a_file_takes_its_place_whole_under_a_name_of_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    with replacing_file(path) as part:
        part.write_text("new")
        assert part.suffix == ".json"
        assert path.read_text() == "old"
    assert (names(tmp_path), path.read_text()) == (["a.json"], "new")


def test_a_failure_leaves_the_former_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing_file(path) as part:
        part.write_text("half")
        raise RuntimeError
    assert (names(tmp_path), path.read_text()) == (["a.json"], "old")
