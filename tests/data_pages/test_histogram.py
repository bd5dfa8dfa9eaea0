import numpy as np
import pytest

from vitpose_plus.data_pages.histogram import count_into, histogram, log_bins, place


def test_edges_grow_by_octaves():
    np.testing.assert_allclose(log_bins(4, 64, 2)[::2], [4, 8, 16, 32, 64])


def test_every_finite_value_counts_once():
    edges = log_bins(4, 64, 1)
    values = np.array([0.5, 4, 7.9, 8, 63, 64, 5000, np.nan, np.inf])
    assert count_into(values, edges).tolist() == [3, 1, 0, 3]


def test_a_value_lies_between_the_edges_that_hold_it():
    edges = log_bins(4, 64, 2)
    assert place(4, edges) == 0
    assert place(32, edges) == pytest.approx(6)
    assert place(96, edges) == pytest.approx(np.interp(np.log(96), np.log(edges * 4), range(9)) + 4)


def test_shares_are_of_the_own_split_and_heights_of_the_highest():
    counts = {"train": np.array([60, 40]), "val": np.array([1, 3])}
    chart = histogram("t", counts, ["a", "b"], [])
    assert [[bar.count for bar in group] for group in chart.bars] == [[60, 1], [40, 3]]
    assert [bar.share for bar in chart.bars[0]] == [0.6, 0.25]
    assert [bar.height for bar in chart.bars[1]] == pytest.approx([0.4 / 0.75, 1.0])


def test_an_empty_split_has_no_bars():
    chart = histogram("t", {"train": np.zeros(2, int)}, ["a", "b"], [])
    assert [group[0].height for group in chart.bars] == [0, 0]
