import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.serving.rows import read_boxes

PICTURE = np.zeros((50, 100, 3), np.uint8)


@pytest.mark.parametrize("none", [None, np.nan, pd.NA])
def test_without_boxes_the_whole_picture_is_the_box(none):
    assert read_boxes(none, PICTURE).tolist() == [[0, 0, 100, 50]]


def test_no_instances_are_no_poses():
    assert read_boxes([], PICTURE).shape == (0, 4)


@pytest.mark.parametrize("boxes", [[[1, 2, 30, 40]], np.array([[1.0, 2, 30, 40]])])
def test_boxes_come_through_as_they_are(boxes):
    assert read_boxes(boxes, PICTURE).tolist() == [[1, 2, 30, 40]]


def test_arrays_in_an_array_as_parquet_gives_them_are_boxes():
    nested = np.empty(2, object)
    nested[:] = [np.array([1.0, 2, 30, 40]), np.array([5.0, 6, 7, 8])]
    assert read_boxes(nested, PICTURE).tolist() == [[1, 2, 30, 40], [5, 6, 7, 8]]


def test_a_box_may_reach_beyond_the_picture():
    assert read_boxes([[-20, -20, 30, 200]], PICTURE).shape == (1, 4)


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ([np.nan, 2, 30, 40], "no number"),
        ([1, 2, np.inf, 40], "no number"),
        ([1, 2, 0.5, 40], "less than a pixel"),
        ([1, 2, -3, 40], "less than a pixel"),
        ([1, 2, 1001, 40], "10 times"),
        ([100, 2, 30, 40], "beside the picture"),
        ([-30, 2, 30, 40], "beside the picture"),
        ([1, 50, 30, 40], "beside the picture"),
    ],
)
def test_an_absurd_box_is_named(box, reason):
    with pytest.raises(ValueError, match=rf"^box 1 .*{reason}"):
        read_boxes([[1, 2, 30, 40], box], PICTURE)


@pytest.mark.parametrize("boxes", ["12", 5, {"x": 1}, [1, 2, 30, 40], [["1", "2", "3", "4"]]])
def test_what_are_no_boxes_are_refused(boxes):
    with pytest.raises(ValueError, match="boxes must be a list"):
        read_boxes(boxes, PICTURE)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)


@given(st.recursive(values, lambda inner: st.lists(inner, max_size=4), max_leaves=12))
def test_anything_gives_boxes_or_a_reason(anything):
    try:
        boxes = read_boxes(anything, PICTURE)
    except ValueError as error:
        assert "box" in str(error)
    else:
        assert boxes.shape[1:] == (4,)
        assert np.isfinite(boxes).all()
