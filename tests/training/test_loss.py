import torch

from vitpose_plus.training.loss import heatmap_loss


def test_a_set_weighs_as_its_share_of_the_batch():
    predicted, target = torch.rand(2, 5, 4, 3), torch.rand(2, 5, 4, 3)
    weight = torch.ones(2, 5)
    alone = heatmap_loss(predicted, target, weight, batch=2)
    torch.testing.assert_close(alone, torch.nn.functional.mse_loss(predicted, target))
    torch.testing.assert_close(heatmap_loss(predicted, target, weight, batch=8), alone / 4)


def test_an_unlabelled_keypoint_costs_nothing():
    predicted, target = torch.rand(1, 2, 4, 3), torch.rand(1, 2, 4, 3)
    weight = torch.tensor([[0.0, 1.0]])
    loss = heatmap_loss(predicted, target, weight, batch=1)
    torch.testing.assert_close(loss, (predicted - target)[:, 1].square().mean() / 2)


def test_a_decoder_without_samples_costs_nothing_and_has_a_gradient():
    bias = torch.ones(5, requires_grad=True)
    predicted = torch.zeros(0, 5, 4, 3) + bias[:, None, None]
    loss = heatmap_loss(predicted, torch.zeros(0, 5, 4, 3), torch.zeros(0, 5), batch=3)
    loss.backward()
    assert loss == 0
    assert torch.equal(bias.grad, torch.zeros(5))
