import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from vitpose_plus.models.attention import WindowAttention, merge, partition

GRID, WINDOW, WIDTH, HEADS = (6, 8), (3, 4), 16, 2


def random_attention(grid=GRID, window=WINDOW, *, shifted=False, pooled=False):
    attention = WindowAttention(WIDTH, HEADS, grid, window, shifted=shifted, pooled=pooled)
    for parameter in attention.parameters():
        nn.init.normal_(parameter, std=0.5)
    return attention.double()


def token_by_token(attention, x):
    """Each token's attention on its own, from the definition: no windows are cut or rolled."""
    rows, columns = attention.grid
    places = [(r, c) for r in range(rows) for c in range(columns)]
    q, k, v = attention.qkv(x).unflatten(2, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
    own = [home(attention, *place) for place in places]
    still = [(r // attention.window[0], c // attention.window[1]) for r, c in places]
    out = torch.zeros_like(x)
    for i, (r, c) in enumerate(places):
        seen = [j for j in range(len(places)) if own[j] == own[i]]
        products = torch.einsum("bhd,bhjd->bhj", q[:, :, i], k[:, :, seen]) * q.shape[-1] ** -0.5
        for at, j in enumerate(seen):
            dr = r - places[j][0] + attention.window[0] - 1
            dc = c - places[j][1] + attention.window[1] - 1
            position = attention.rel_pos_h[dr] + attention.rel_pos_w[dc]
            products[:, :, at] += q[:, :, i] @ position
        values = v[:, :, seen]
        if attention.pooled:
            groups = [[j for j, s in enumerate(still) if s == w] for w in sorted(set(still))]
            means = torch.stack([k[:, :, g].mean(2) for g in groups], 2)
            extra = torch.einsum("bhd,bhjd->bhj", q[:, :, i], means) * q.shape[-1] ** -0.5
            products = torch.cat([products, extra], 2)
            values = torch.cat([values, torch.stack([v[:, :, g].mean(2) for g in groups], 2)], 2)
        mixed = torch.einsum("bhj,bhjd->bhd", products.softmax(-1), values)
        out[:, i] = mixed.flatten(1)
    return attention.proj(out)


def home(attention, row, column):
    """A token's window, and whether it came there by the wrap."""
    (rows, columns), (down, across) = attention.grid, attention.shift
    window = (row - down) % rows // attention.window[0]
    other = (column - across) % columns // attention.window[1]
    return window, other, row < down, column < across


@pytest.mark.parametrize("shifted", [False, True])
@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("window", [WINDOW, (6, 4), (3, 8)])
def test_windows_equal_the_definition_token_by_token(shifted, pooled, window):
    attention = random_attention(window=window, shifted=shifted, pooled=pooled)
    x = torch.randn(2, GRID[0] * GRID[1], WIDTH, dtype=torch.double)
    torch.testing.assert_close(attention(x), token_by_token(attention, x))


def test_a_window_as_long_as_the_grid_is_not_shifted():
    attention = random_attention(window=(6, 4), shifted=True)
    assert attention.shift == (0, 2)
    x = torch.randn(1, GRID[0] * GRID[1], WIDTH, dtype=torch.double, requires_grad=True)
    attention(x)[0, 2].sum().backward()
    column = x.grad[0].abs().sum(1).unflatten(0, GRID)[:, 2]
    assert (column > 0).all()


def test_relative_positions_agree_with_timm_in_one_window():
    from timm.models.vision_transformer_sam import Attention

    ours = random_attention(grid=WINDOW)
    theirs = Attention(WIDTH, HEADS, qkv_bias=True, use_rel_pos=True, input_size=WINDOW).double()
    weights = ours.state_dict()
    own = {"rel_pos.rel_pos_h": "rel_pos_h", "rel_pos.rel_pos_w": "rel_pos_w"}
    theirs.load_state_dict({name: weights[own.get(name, name)] for name in theirs.state_dict()})
    x = torch.randn(2, *WINDOW, WIDTH, dtype=torch.double)
    torch.testing.assert_close(ours(x.flatten(1, 2)), theirs(x).flatten(1, 2))


def test_one_window_starts_as_full_attention():
    from timm.models.vision_transformer import Attention

    ours = WindowAttention(WIDTH, HEADS, WINDOW, WINDOW, shifted=False, pooled=False)
    theirs = Attention(WIDTH, num_heads=HEADS, qkv_bias=True)
    theirs.load_state_dict({n: w for n, w in ours.state_dict().items() if "rel_pos" not in n})
    x = torch.randn(2, WINDOW[0] * WINDOW[1], WIDTH)
    torch.testing.assert_close(ours(x), theirs(x))


def test_a_gradient_after_inference_mode_is_not_spoilt():
    attention = random_attention(shifted=True, pooled=True)
    x = torch.randn(1, GRID[0] * GRID[1], WIDTH, dtype=torch.double)
    with torch.inference_mode():
        attention(x)
    attention(x).sum().backward()
    assert attention.rel_pos_h.grad.abs().sum() > 0


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_windows_go_back_to_their_places(down, across, rows, columns):
    tokens = torch.randn(2, down * rows, across * columns, 3)
    windows = partition(tokens, (rows, columns))
    assert torch.equal(windows[0], tokens[0, :rows, :columns].flatten(0, 1))
    assert torch.equal(merge(windows, tokens.shape[1:3], (rows, columns)), tokens)
