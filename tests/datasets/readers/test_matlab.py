from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from vitpose_plus.datasets.readers.matlab import member, number, read_mat, struct, structs, text
from vitpose_plus.errors import AnnotationError


def through_matlab(tmp_path: Path, value: Any) -> Any:
    savemat(tmp_path / "x.mat", {"x": value})
    return read_mat(tmp_path / "x.mat", "x")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("1", 1.0), ("0", 0.0), (7, 7.0), (2.5, 2.5), ([], None), ("", None), (True, 1.0)],
)
def test_numbers_come_in_every_matlab_disguise(
    tmp_path: Path, written: Any, expected: float | None
) -> None:
    found = struct(through_matlab(tmp_path, {"v": np.array(written)}))
    assert found is not None
    assert number(member(found, "v")) == expected


def test_a_missing_field_is_none(tmp_path: Path) -> None:
    found = struct(through_matlab(tmp_path, {"v": 1}))
    assert found is not None
    assert member(found, "w") is None
    assert number(None) is None


@pytest.mark.parametrize("count", [1, 3])
def test_one_struct_an_array_and_cells_read_alike(tmp_path: Path, count: int) -> None:
    array = np.empty((1, count), dtype=[("v", object)])
    cells = np.empty((1, count), dtype=object)
    for i in range(count):
        array[0, i]["v"] = i
        cells[0, i] = {"v": i}
    for value in (array, cells):
        found = structs(through_matlab(tmp_path, value))
        assert [number(member(s, "v")) for s in found] == list(range(count))


def test_an_empty_matrix_holds_no_struct(tmp_path: Path) -> None:
    empty = through_matlab(tmp_path, np.zeros((0, 0)))
    assert structs(empty) == []
    assert struct(empty) is None
    assert text(empty) is None


def test_what_is_no_matlab_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.mat").write_text("<html>404</html>" * 50)
    with pytest.raises(AnnotationError, match=r"x\.mat: cannot be read as a MATLAB file"):
        read_mat(tmp_path / "x.mat", "RELEASE")


def test_a_missing_variable_is_told(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"x": 1})
    with pytest.raises(AnnotationError, match="no variable 'RELEASE'"):
        read_mat(tmp_path / "x.mat", "RELEASE")
