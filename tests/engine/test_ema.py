import torch
from torch import nn

from vitpose_plus.engine.ema import MovingAverage


def test_the_average_is_the_recursion_with_a_short_memory_at_first():
    network = nn.Linear(3, 2)
    average = MovingAverage(network, 0.9)
    expected = network.weight.detach().clone()
    for step in range(200):
        with torch.no_grad():
            network.weight.copy_(torch.randn(2, 3))
        average.update(step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * network.weight.detach()
    with average.swapped():
        torch.testing.assert_close(network.weight.detach(), expected)


def test_swapping_back_leaves_both_as_they_were():
    network = nn.Linear(3, 2)
    average = MovingAverage(network, 0.5)
    with torch.no_grad():
        network.weight.add_(1.0)
    own = network.weight.detach().clone()
    with average.swapped():
        assert torch.equal(network.weight, own - 1.0) or torch.allclose(network.weight, own - 1.0)
        first = network.weight.detach().clone()
    assert torch.equal(network.weight, own)
    with average.swapped():
        assert torch.equal(network.weight, first)


def test_what_is_frozen_has_no_average():
    network = nn.Linear(3, 2)
    network.bias.requires_grad_(False)
    assert [tuple(p.shape) for p in MovingAverage(network, 0.5).averages] == [(2, 3)]
