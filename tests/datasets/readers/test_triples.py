import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.datasets.readers.triples import (
    split_triples,
    visibility_codes,
    without_unlabelled,
)
from vitpose_plus.errors import AnnotationError


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.integers(0, 2)), min_size=1))
def test_triples_come_apart_and_go_together_again(triples: list[tuple[float, float, int]]) -> None:
    flat = [value for triple in triples for value in triple]
    points, flags = split_triples(flat, len(triples), "f")
    assert np.array_equal(np.column_stack([points, flags]), np.array(triples))


def test_a_wrong_length_names_both_counts() -> None:
    with pytest.raises(AnnotationError, match=r"f, annotation 1: .*9 numbers; 4 keypoints need 12"):
        split_triples([0] * 9, 4, "f, annotation 1")


@pytest.mark.parametrize("flag", [0.5, -1, 256, float("nan")])
def test_a_confidence_is_no_visibility(flag: float) -> None:
    with pytest.raises(AnnotationError, match="visibility"):
        visibility_codes(np.array([2.0, flag]), "f")


def test_leftovers_of_unlabelled_points_are_cleared() -> None:
    points = without_unlabelled(np.array([[5.0, 6.0], [np.nan, 3.0]]), np.array([1, 0], np.uint8))
    assert points.tolist() == [[5, 6], [0, 0]]
