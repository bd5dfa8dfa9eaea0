import pytest
import torch

from vitpose_plus.distillation.losses import joined, sample_losses, teacher_losses
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.models import Task
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.loss import heatmap_losses

CODEC = HeatmapCodec((64, 48), (16, 12), 2.0)


@pytest.fixture
def batch(toy_split, batch_of):
    return batch_of([toy_split("coco"), toy_split("mpii", 3)], each=3)


@pytest.fixture
def drawn():
    return {0: torch.rand(3, 17, 16, 12), 1: torch.rand(3, 16, 16, 12)}


def by_hand(drawn, targets, weights, batch_size):
    """The paper's formula, number by number."""
    total = 0.0
    for heatmaps, target, weight in zip(drawn, targets, weights, strict=True):
        points = len(heatmaps)
        for point in range(points):
            error = (heatmaps[point] - target[point]).double().square().mean().item()
            total += float(weight[point]) * error / (points * batch_size)
    return total


def test_each_samples_loss_is_its_own_weighted_by_visibility(drawn, batch):
    losses = sample_losses(drawn, batch, CODEC)
    for task, points in ((0, 17), (1, 16)):
        own = batch.task == task
        labels = batch.keypoints[own, :points], batch.visibility[own, :points]
        targets, weights = encode(*labels, CODEC)
        assert (weights == 0).any()
        wanted = [
            by_hand(*sample, 1)
            for sample in zip(*(v.split(1) for v in (drawn[task], targets, weights)), strict=True)
        ]
        assert losses[task].tolist() == pytest.approx(wanted, rel=1e-5)


def test_the_teachers_heatmaps_count_at_every_keypoint(drawn):
    taught = {task: torch.rand_like(heatmaps) for task, heatmaps in drawn.items()}
    losses = teacher_losses(drawn, taught)
    for task, heatmaps in drawn.items():
        wanted = by_hand(heatmaps, taught[task], torch.ones(heatmaps.shape[:2]), 6)
        assert losses[task].item() == pytest.approx(wanted, rel=1e-5)


def test_a_task_without_a_sample_has_no_teachers_loss(drawn):
    nothing = drawn | {1: drawn[1][:0]}
    losses = teacher_losses(nothing, {0: torch.rand_like(drawn[0])})
    assert losses.keys() == {0}


def test_the_samples_own_losses_make_up_the_batchs(drawn, batch):
    parts, each = heatmap_losses(drawn, batch, CODEC), sample_losses(drawn, batch, CODEC)
    for task in drawn:
        assert each[task].shape == (3,)
        torch.testing.assert_close(each[task].sum() / 6, parts[task])


def test_what_is_logged_adds_up(drawn, batch):
    tasks = [Task(name=name, skeleton=SKELETONS[name]) for name in ("coco", "mpii")]
    truth = {0: torch.tensor(2.0), 1: torch.tensor(3.0)}
    whole = joined({"loss_truth": truth, "loss_teacher": {0: torch.tensor(4.0)}}, batch, tasks)
    assert whole.total.item() == 9
    means = {name: total.item() / count for name, (total, count) in whole.parts.items()}
    assert means == {
        "loss": 9,
        "loss_truth": 5,
        "loss_teacher": 4,
        "loss_coco": 12,  # half of the batch made 6 of it
        "loss_mpii": 6,
    }


def test_a_task_without_a_sample_is_logged_with_a_count_of_none(drawn, batch):
    tasks = [Task(name=name, skeleton=SKELETONS[name]) for name in ("coco", "mpii")]
    only = batch._replace(task=torch.zeros_like(batch.task))
    whole = joined({"loss_truth": {0: torch.tensor(2.0), 1: torch.tensor(0.0)}}, only, tasks)
    assert whole.parts["loss_mpii"][1] == 0
