from pathlib import Path

import pytest

from vitpose_plus.errors import AnnotationError
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import read_typed, write_typed


@settings
class Note:
    path: Path
    counts: dict[str, int]


def read(path: Path) -> Note:
    return read_typed(Note, path, error=AnnotationError, absent="Write it.", stale="not a note")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    note = Note(path=Path("a/b"), counts={"x": 3})
    write_typed(note, tmp_path / "note.json")
    assert read(tmp_path / "note.json") == note
    assert [path.name for path in tmp_path.iterdir()] == ["note.json"]


def test_an_absent_file_is_told_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"note\.json: no such file\. Write it\."):
        read(tmp_path / "note.json")


@pytest.mark.parametrize("text", ["{", '{"path": "a"}', '{"path": "a", "counts": {}, "more": 1}'])
def test_another_content_is_told_with_what_it_is_not(tmp_path: Path, text: str) -> None:
    (tmp_path / "note.json").write_text(text)
    with pytest.raises(AnnotationError, match=r"note\.json: not a note\."):
        read(tmp_path / "note.json")
