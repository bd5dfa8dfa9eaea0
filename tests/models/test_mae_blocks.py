import pytest
import torch
from timm.layers import LayerNorm
from timm.models.vision_transformer import Block as TimmBlock
from torch.nn import functional as F

from vitpose_plus.models.mae_blocks import Block, attend, linear

WIDTH, HEADS, HIDDEN = 24, 3, 40


def gradients(output, inputs):
    return torch.autograd.grad(
        (output * torch.linspace(-1, 1, output.numel()).view_as(output)).sum(), inputs
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(16, 5), (1, 7), (16, 1), (1, 1)])
def test_a_linear_is_pytorchs_with_its_gradients(dtype, shape):
    # From 16 samples on PyTorch gives the convolution to oneDNN whatever the number of threads.
    x = torch.randn(*shape, 6, dtype=dtype, requires_grad=True)
    weight = torch.randn(9, 6, dtype=dtype, requires_grad=True)
    bias = torch.randn(9, dtype=dtype, requires_grad=True)
    found, expected = linear(x, weight, bias), F.linear(x, weight, bias)
    torch.testing.assert_close(found, expected)
    for ours, theirs in zip(
        gradients(found, (x, weight, bias)), gradients(expected, (x, weight, bias)), strict=True
    ):
        torch.testing.assert_close(ours, theirs)


def test_a_linear_of_some_tokens_of_each_sample_is_pytorchs():
    x, weight, bias = torch.randn(16, 9, 6), torch.randn(4, 6), torch.randn(4)
    torch.testing.assert_close(linear(x[:, 3:], weight, bias), F.linear(x[:, 3:], weight, bias))


def test_a_linear_answers_in_the_precision_of_autocast():
    with torch.autocast("cpu", torch.bfloat16):
        assert (
            linear(torch.randn(1, 2, 6), torch.randn(4, 6), torch.randn(4)).dtype == torch.bfloat16
        )


def test_attention_in_bfloat16_errs_no_more_than_bfloat16_does():
    q, k, v = torch.randn(3, 2, 4, 40, 16)
    exact = F.scaled_dot_product_attention(q, k, v)
    half = [each.bfloat16() for each in (q, k, v)]
    error = (attend(*half).float() - exact).norm() / exact.norm()
    assert error < 2**-7


def test_a_block_is_timms(randomise):
    block = randomise(Block(WIDTH, HEADS, 4 * WIDTH), vectors=0.1, matrices=0.1)
    peer = TimmBlock(WIDTH, HEADS, qkv_bias=True, norm_layer=LayerNorm)  # eps 1e-6
    peer.load_state_dict(block.state_dict())
    x = torch.randn(2, 7, WIDTH)
    torch.testing.assert_close(block(x), peer(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("first", [1, 4, 6])
def test_the_tokens_that_ask_get_what_they_get_when_all_ask(first, randomise):
    block = randomise(Block(WIDTH, HEADS, HIDDEN), vectors=0.1, matrices=0.1)
    x = torch.randn(2, 7, WIDTH, requires_grad=True)
    inputs = [x, *block.parameters()]
    some, every = block(x, first), block(x)[:, first:]
    torch.testing.assert_close(some, every, rtol=1e-5, atol=1e-5)
    for ours, theirs in zip(gradients(some, inputs), gradients(every, inputs), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
