import pytest
import torch
from torch import nn

from vitpose_plus.models.normalisation import BatchNorm


@pytest.fixture
def norms(randomise):
    """Ours and PyTorch's with the same weights and statistics."""
    own = randomise(BatchNorm(4), vectors=0.5)
    theirs = nn.BatchNorm2d(4)
    theirs.load_state_dict(own.state_dict())
    return own, theirs


@pytest.mark.parametrize("training", [True, False])
def test_a_batch_is_normalised_as_pytorch_does(norms, training):
    x = torch.randn(3, 4, 5, 6)
    found, wanted = (norm.train(training)(x) for norm in norms)
    assert torch.equal(found, wanted)
    for one, other in zip(*(norm.buffers() for norm in norms), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_an_empty_batch_teaches_nothing(norms, training, dtype):
    norm = norms[0].train(training)
    before = {name: value.clone() for name, value in norm.state_dict().items()}
    x = torch.zeros(0, 4, 5, 6, dtype=dtype, requires_grad=True)
    found = norm(x)
    assert found.shape == x.shape
    found.sum().backward()
    assert x.grad.shape == x.shape
    for parameter in norm.parameters():
        assert torch.equal(parameter.grad, torch.zeros(4))
    for name, value in norm.state_dict().items():
        assert torch.equal(value, before[name]), name
