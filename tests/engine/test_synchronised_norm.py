import copy

import pytest
import torch
from torch import distributed as dist
from torch import nn

from vitpose_plus.engine.synchronised_norm import SynchronisedBatchNorm2d, over_all, synchronise

# What several processes make of it together is tested in test_parallel.py.


@pytest.fixture(autouse=True)
def _alone():
    """A group of one process."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.fixture(params=[0.1, None])
def norms(request, randomise):
    """PyTorch's and ours, with the same values."""
    theirs = randomise(nn.BatchNorm2d(3, momentum=request.param), vectors=1.0)
    ours = copy.deepcopy(theirs)
    synchronise(nn.Sequential(ours))
    return theirs, ours


def test_it_is_pytorchs_with_gradients_and_statistics(norms):
    weights = torch.randn(4, 3, 5, 6)
    x = torch.randn(4, 3, 5, 6) * 3 + 100
    outcomes = []
    for norm in norms:
        given = x.clone().requires_grad_()
        for _ in range(3):
            y = norm(given)
        (y * weights).sum().backward()
        outcomes.append([y, given.grad, norm.weight.grad, norm.bias.grad, *norm.buffers()])
    torch.testing.assert_close(outcomes[1], outcomes[0], rtol=1e-4, atol=1e-5)


def test_nothing_changes_where_all_are_empty(norms):
    _, ours = norms
    before = copy.deepcopy(ours.state_dict())
    empty = torch.empty(0, 3, 5, 6, requires_grad=True)
    y = ours(empty)
    y.sum().backward()
    assert y.shape == empty.shape
    assert all(torch.equal(values, before[name]) for name, values in ours.state_dict().items())
    assert torch.equal(ours.weight.grad, torch.zeros(3))
    assert torch.equal(ours.bias.grad, torch.zeros(3))


def test_it_computes_in_float32_under_autocast(norms):
    theirs, ours = norms
    x = (torch.randn(64, 3, 8, 8) + 30).bfloat16()
    theirs(x.float())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = ours(x)
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(ours.running_mean, theirs.running_mean, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(ours.running_var, theirs.running_var, rtol=1e-5, atol=1e-6)


def test_in_evaluation_it_is_pytorchs_even_on_nothing(norms):
    theirs, ours = (norm.eval() for norm in norms)
    x = torch.randn(2, 3, 4, 4)
    assert torch.equal(ours(x), theirs(x))
    assert ours(x[:0]).shape == (0, 3, 4, 4)


def test_a_networks_norms_are_changed_in_place_under_their_names():
    class Own(nn.BatchNorm2d):
        pass

    network = nn.Sequential(nn.Conv2d(2, 2, 1), nn.Sequential(Own(2), nn.BatchNorm2d(2)))
    network.train()
    held = dict(network.named_parameters()) | dict(network.named_buffers())
    synchronise(network)
    now = dict(network.named_parameters()) | dict(network.named_buffers())
    assert held.keys() == now.keys()
    assert all(now[name] is values for name, values in held.items())
    assert [type(norm) for norm in network[1]] == [SynchronisedBatchNorm2d] * 2


def test_the_sum_over_one_process_leaves_the_argument_alone():
    values = torch.ones(3, requires_grad=True)
    total = over_all(values)
    (total * torch.arange(3)).sum().backward()
    assert torch.equal(total, torch.ones(3))
    assert total.data_ptr() != values.data_ptr()
    assert torch.equal(values.grad, torch.tensor([0.0, 1.0, 2.0]))
