"""How far apart two programs' heatmaps may be."""

import pytest
import torch

from vitpose_plus.checkpoints.parity import compare
from vitpose_plus.errors import CheckpointError

WANTED = torch.tensor([[[[0.5, -2.0]]]])


def test_the_difference_is_a_part_of_the_largest_value():
    assert compare(WANTED + 0.01, WANTED, 0.006, "Theirs") == pytest.approx(0.005, rel=1e-4)
    with pytest.raises(
        CheckpointError, match=r"Theirs's heatmaps differ by 0\.01 at a maximum of 2"
    ):
        compare(WANTED + 0.01, WANTED, 0.004, "Theirs")


def test_heatmaps_that_are_all_zero_agree_with_themselves_alone():
    zero = torch.zeros_like(WANTED)
    assert compare(zero, zero, 1e-4, "Theirs") == 0.0
    with pytest.raises(CheckpointError, match="at a maximum of 0"):
        compare(WANTED, zero, 1e-4, "Theirs")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_never_agrees(value):
    odd = torch.full_like(WANTED, value)
    for found, wanted in ((odd, odd), (odd, WANTED), (WANTED, odd)):
        with pytest.raises(CheckpointError, match="hold a NaN"):
            compare(found, wanted, 1.0, "Theirs")


def test_heatmaps_of_another_shape_are_told():
    with pytest.raises(
        CheckpointError, match=r"Theirs draws .*\[1, 1, 2, 1\], not of \[1, 1, 1, 2\]"
    ):
        compare(WANTED.mT, WANTED, 1.0, "Theirs")
