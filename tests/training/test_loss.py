import torch

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.training.loss import heatmap_loss, heatmap_losses, targets

CODEC = HeatmapCodec((64, 48), (16, 12), 2.0)
TASKS = (2, 0, 2, 1, 0, 2)


def mixed_batch():
    """Samples of three sets of 5, 3 and 4 keypoints, unsorted; some of them unlabelled."""
    nothing = torch.empty(len(TASKS), 0)
    return CropBatch(
        picture=nothing,
        keypoints=torch.rand(len(TASKS), 5, 2) * torch.tensor([48.0, 64.0]),
        visibility=torch.randint(0, 3, (len(TASKS), 5)),
        task=torch.tensor(TASKS),
        row=nothing,
        matrix=nothing,
    )


def drawn(*tasks):
    points = {0: 5, 1: 3, 2: 4}
    return {task: torch.rand(TASKS.count(task), points[task], 16, 12) for task in tasks}


def test_each_decoders_targets_are_its_own_samples_in_their_order():
    batch, heatmaps = mixed_batch(), drawn(0, 1, 2)
    found = targets(heatmaps, batch, CODEC)
    assert list(found) == [0, 1, 2]
    for task, (target, weight) in found.items():
        for place, sample in enumerate(i for i, own in enumerate(TASKS) if own == task):
            points = heatmaps[task].shape[1]
            labels = batch.keypoints[sample, :points], batch.visibility[sample, :points]
            wanted = encode(*(values[None] for values in labels), CODEC)
            torch.testing.assert_close(target[place], wanted[0][0])
            torch.testing.assert_close(weight[place], wanted[1][0])


def test_a_task_without_a_sample_has_no_targets():
    heatmaps = drawn(0, 1, 2) | {3: torch.rand(0, 2, 16, 12)}
    target, weight = targets(heatmaps, mixed_batch(), CODEC)[3]
    assert (target.shape, weight.shape) == ((0, 2, 16, 12), (0, 2))


def test_a_mixed_batchs_losses_are_each_samples_share():
    batch, heatmaps = mixed_batch(), drawn(0, 1, 2)
    found = heatmap_losses(heatmaps, batch, CODEC)
    for task, (target, weight) in targets(heatmaps, batch, CODEC).items():
        errors = (heatmaps[task] - target).square().mean(dim=(2, 3)) * weight
        torch.testing.assert_close(found[task], errors.mean(dim=1).sum() / len(TASKS))


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
