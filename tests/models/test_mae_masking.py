import numpy as np
import pytest
import torch

from vitpose_plus.models.mae_masking import (
    fixed_positions,
    take,
    target_of,
    to_patches,
    to_pictures,
    visible_first,
)
from vitpose_plus.models.positions import initial_positions


def sines(position, width):
    """Of one axis: a quarter of the table's channels sines, then a quarter cosines."""
    angles = position / 10000 ** (np.arange(width // 4) / (width // 4))
    return np.concatenate([np.sin(angles), np.cos(angles)])


def test_patches_lie_row_by_row_with_colours_fastest():
    images = torch.randn(2, 3, 48, 32)
    patches = to_patches(images)
    assert patches.shape == (2, 6, 768)
    row, column, y, x, colour = 2, 1, 5, 7, 2
    value = images[1, colour, 16 * row + y, 16 * column + x]
    assert patches[1, 2 * row + column, (y * 16 + x) * 3 + colour] == value


def test_patches_become_the_picture_again():
    images = torch.randn(2, 3, 48, 32)
    assert torch.equal(to_pictures(to_patches(images), (3, 2)), images)


def test_the_lowest_noise_comes_first_and_is_taken():
    noise = torch.tensor([[0.3, 0.1, 0.2], [0.0, 0.5, 0.4]])
    order = visible_first(noise)
    assert order.tolist() == [[1, 2, 0], [0, 2, 1]]
    tokens = torch.arange(6.0).reshape(2, 3, 1)
    assert take(tokens, order[:, :2]).flatten(1).tolist() == [[1, 2], [3, 5]]


def test_equal_noise_leaves_patches_in_their_order():
    assert visible_first(torch.zeros(1, 192)).tolist() == [list(range(192))]


@pytest.mark.parametrize("normalise", [True, False])
def test_a_target_leads_back_to_the_pixels(normalise):
    patches = 3 * torch.randn(2, 5, 768) + 1
    target = target_of(patches, normalise=normalise)
    torch.testing.assert_close(target.values * target.deviation + target.mean, patches)
    if normalise:
        assert target.values.mean(2).abs().max() < 1e-5
        torch.testing.assert_close(target.values.var(2), torch.ones(2, 5))
    else:
        assert torch.equal(target.values, patches)


def test_a_patch_of_one_colour_has_a_target():
    target = target_of(torch.full((1, 1, 768), 0.7), normalise=True)
    assert target.values.abs().max() < 1e-3


@pytest.mark.parametrize("grid", [(4, 4), (8, 6), (16, 12)])
def test_positions_are_the_authors_columns_before_rows(grid):
    rows, columns = np.indices(grid).reshape(2, -1)
    expected = [
        np.concatenate([sines(column, 24), sines(row, 24)])
        for row, column in zip(rows, columns, strict=True)
    ]
    table = fixed_positions(grid, 24)
    assert table.shape == (1, 1 + grid[0] * grid[1], 24)
    assert not table[0, 0].any()
    np.testing.assert_allclose(table[0, 1:], np.stack(expected), atol=1e-5)


def test_positions_are_transformers():
    theirs = pytest.importorskip("transformers.models.vit_mae.modeling_vit_mae")
    embeddings = theirs.ViTMAEEmbeddings(theirs.ViTMAEConfig(hidden_size=48, image_size=80))
    # A model of theirs comes with tables of zeros (5.23): its patches were initialised before.
    embeddings.initialize_weights()
    torch.testing.assert_close(fixed_positions((5, 5), 48), embeddings.position_embeddings.data)


def test_positions_are_a_vitposes_in_another_order_of_channels():
    ours, authors = initial_positions((8, 6), 16), fixed_positions((8, 6), 16)
    assert not torch.equal(ours, authors)
    assert torch.equal(ours.sort(dim=2).values, authors.sort(dim=2).values)
