from pathlib import Path

import pytest

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.errors import AnnotationError


def test_broken_json_is_told_with_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text('{"images": [\n  {"id": 1,\n')
    with pytest.raises(AnnotationError, match=r"cut\.json: broken JSON at line 3, column 1"):
        read_json(path, dict)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "picture.json"
    path.write_bytes(b'{"a": "\xff\xfe\x80"}')
    with pytest.raises(AnnotationError, match="not a JSON text"):
        read_json(path, dict)


def test_a_missing_file_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"none\.json: cannot be read"):
        read_json(tmp_path / "none.json", dict)


def test_another_top_level_points_at_the_layout(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("[]")
    with pytest.raises(AnnotationError, match="holds a list, this layout a dict"):
        read_json(path, dict)


def test_lists_are_decoded_record_by_record(tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    path.write_text(
        '{"info": {"year": 2017}, "images": [{"id": 1}, {"id": 2, "x": [1.5]}], "n": 3}'
    )
    content = read_json(path, dict)
    assert (content["info"], content["n"]) == ({"year": 2017}, 3)
    images = content["images"]
    assert (len(images), images[1], images[-1]["x"]) == (2, {"id": 2, "x": [1.5]}, [1.5])
    assert list(images) == [{"id": 1}, {"id": 2, "x": [1.5]}]
    assert list(images.select([1])) == list(images[1:]) == [{"id": 2, "x": [1.5]}]


def test_a_number_that_is_none_is_read_as_python_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "nan.json"
    path.write_text('[{"bbox": [NaN, 1]}]')
    (record,) = read_json(path, list)
    assert str(record["bbox"][0]) == "nan"


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf[1]")
    assert list(read_json(path, list)) == [1]


def test_an_empty_file_is_broken_json(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text("")
    with pytest.raises(AnnotationError, match=r"empty\.json: broken JSON at line 1"):
        read_json(path, dict)


def test_text_that_is_no_unicode_inside_a_record_names_file_and_entry(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(b'[{"a": 1}, {"a": "\xff"}]')
    with pytest.raises(AnnotationError, match=r"bad\.json"):
        list(read_json(path, list))


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize(("start", "end"), [("", ""), ('{"x": ', "}"), ('[{"id": 1, "x": ', "}]")])
def test_lists_of_endless_depth_are_told(
    tmp_path: Path, start: str, end: str, closed: bool
) -> None:
    path = tmp_path / "deep.json"
    path.write_text(start + "[" * 100_000 + ("]" * 100_000 + end if closed else ""))
    with pytest.raises(AnnotationError, match=r"deep\.json: "):
        content = read_json(path, dict if start.startswith("{") else list)
        list(content["x"] if isinstance(content, dict) else content)
