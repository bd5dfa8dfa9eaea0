import numpy as np
import pytest

from vitpose_plus.data_pages.figures import (
    ASPECT_EDGES,
    GRID,
    SIZE_EDGES,
    measure,
    read_columns,
)
from vitpose_plus.datasets.table import write_table
from vitpose_plus.errors import AnnotationError


def test_keypoints_are_counted_over_trainable_rows(make_table):
    table = make_table()
    figures = measure(table)
    shown = table.visibility[:-1]  # The last row is a crowd.
    for k in range(17):
        expected = [int((shown[:, k] == value).sum()) for value in (0, 1, 2)]
        assert figures.visibility[k].tolist() == expected
    assert figures.labelled.sum() == 8
    assert figures.labelled[(shown[0] > 0).sum()] >= 1
    assert figures.crowds == 1


def test_pictures_are_counted_by_their_rows(make_table):
    figures = measure(make_table(count=7))  # 3, 3 and 1.
    assert figures.in_a_picture.tolist()[:4] == [1, 0, 2, 0]
    assert figures.picture_sizes.sum() == 3


def test_boxes_are_counted_where_they_belong(make_table):
    figures = measure(make_table())
    (size,) = np.flatnonzero(figures.sizes)
    assert SIZE_EDGES[size] <= 64 < SIZE_EDGES[size + 1]
    (aspect,) = np.flatnonzero(figures.aspects)
    assert ASPECT_EDGES[aspect] <= 120 / 160 < ASPECT_EDGES[aspect + 1]
    ((y, x),) = np.argwhere(figures.positions)
    assert (x, y) == (int((60 + 60) / 240 * GRID), int((20 + 80) / 200 * GRID))
    assert figures.positions[y, x] == 8


def test_names_are_counted_the_most_first(make_table):
    figures = measure(make_table())
    assert list(figures.categories.items()) == [("person", 6), ("dog", 3)]
    assert not figures.hands


def test_a_missing_and_an_empty_table_are_named(make_table, tmp_path):
    with pytest.raises(AnnotationError, match=r"gone\.parquet: no such table"):
        read_columns(tmp_path / "gone.parquet")
    write_table(make_table().take([]), tmp_path / "empty.parquet")
    with pytest.raises(AnnotationError, match=r"empty\.parquet: has no rows"):
        read_columns(tmp_path / "empty.parquet")
