import pytest
import torch
from timm.layers import resample_abs_pos_embed

from vitpose_plus.models.positions import initial_positions, resize_positions


@pytest.mark.parametrize(("old", "new"), [((14, 14), (16, 12)), ((16, 12), (24, 18))])
def test_resizing_agrees_with_timm_without_antialiasing(old, new):
    table = torch.randn(1, 1 + old[0] * old[1], 8)
    expected = resample_abs_pos_embed(
        table, list(new), list(old), num_prefix_tokens=1, antialias=False
    )
    torch.testing.assert_close(resize_positions(table, old, new), expected)


def test_the_first_slot_and_an_equal_grid_stay_as_they_are():
    table = torch.randn(1, 13, 8)
    assert resize_positions(table, (4, 3), (4, 3)) is table
    assert torch.equal(resize_positions(table, (4, 3), (8, 6))[:, 0], table[:, 0])


def test_a_table_of_another_grid_is_refused():
    with pytest.raises(ValueError, match="12 positions is not one of grid"):
        resize_positions(torch.zeros(1, 13, 8), (4, 4), (8, 8))


def test_the_first_positions_are_distinct_and_the_slot_is_zero():
    table = initial_positions((4, 3), 16)
    assert table.shape == (1, 13, 16)
    assert not table[:, 0].any()
    assert len(torch.unique(table[0, 1:], dim=0)) == 12
