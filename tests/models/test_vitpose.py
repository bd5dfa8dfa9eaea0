import copy

import pytest
import torch
from torch.nn import functional as F

from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.models import Size
from vitpose_plus.training.loss import heatmap_loss

TASKS = ("coco", "aic", "ap10k")


FFNS = ("partially_shared", "independent", "shared_and_independent", "plain")
BATCHES = ([0, 2, 1, 0, 2], [1, 1, 1], [2])


def every_expert(ffn, x, tasks):
    """An FFN that runs all experts on all samples and picks each sample's own by a mask."""

    def pick(each):
        return (F.one_hot(tasks, len(each)).T[:, :, None, None] * torch.stack(each)).sum(0)

    def two_layers(layers):
        return layers.fc2(F.gelu(layers.fc1(x)))

    match type(ffn).__name__:
        case "PlainFFN":
            return two_layers(ffn)
        case "PartiallySharedFFN":
            hidden = F.gelu(ffn.fc1(x))
            return torch.cat([ffn.fc2(hidden), pick([e(hidden) for e in ffn.experts])], -1)
        case "IndependentFFN":
            return pick([two_layers(expert) for expert in ffn.experts])
        case "SharedAndIndependentFFN":
            return two_layers(ffn.shared) + pick([two_layers(e) for e in ffn.experts])


def everything_masked(model, images, tasks):
    """Every expert and head on every sample, the right one chosen by a mask.

    An independent reference: no sorting, no slices.
    """
    backbone = model.backbone
    x = backbone.patch_embed(images) + backbone.pos_embed[:, 1:] + backbone.pos_embed[:, :1]
    for block in backbone.blocks:
        x = x + block.attn(block.norm1(x))
        x = x + every_expert(block.mlp, block.norm2(x), tasks)
    features = backbone.last_norm(x).transpose(1, 2).unflatten(2, backbone.grid)
    return [head(features) for head in model.heads]


@pytest.mark.parametrize("tasks", BATCHES)
@pytest.mark.parametrize("ffn", FFNS)
def test_each_sample_gets_what_its_own_expert_and_head_give_it(make_model, ffn, tasks):
    model = make_model(*TASKS, ffn=ffn).eval()
    index = torch.tensor(tasks)
    images = torch.randn(len(tasks), 3, 64, 48)
    heatmaps = model(images, index)
    for i, maps in enumerate(
        everything_masked(model, images, index)[t][i] for i, t in enumerate(tasks)
    ):
        torch.testing.assert_close(heatmaps[i, : len(maps)], maps, rtol=1e-5, atol=1e-6)
        assert not heatmaps[i, len(maps) :].any()


@pytest.mark.parametrize("tasks", [[-1], [0, 3]])
def test_an_index_of_no_task_is_refused(make_model, tasks):
    with pytest.raises(ValueError, match=r"this model's are 0 to 2"):
        make_model(*TASKS)(torch.randn(len(tasks), 3, 64, 48), torch.tensor(tasks))


def test_an_empty_batch_is_refused(make_model):
    with pytest.raises(ValueError, match="an empty batch"):
        make_model(*TASKS)(torch.randn(0, 3, 64, 48), torch.tensor([], dtype=torch.long))


def test_a_task_by_name_equals_its_index(make_model):
    model = make_model(*TASKS).eval()
    images = torch.randn(3, 3, 64, 48)
    own = model(images, torch.tensor([1, 1, 1]))
    assert own.shape[1] == 17
    torch.testing.assert_close(model(images, "aic"), own[:, :14])


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("ffn", FFNS)
def test_loss_and_gradients_equal_the_masked_reference(make_model, ffn, batch):
    model = make_model(*TASKS, ffn=ffn).eval()
    tasks, size = torch.tensor(batch), len(batch)
    images = torch.randn(size, 3, 64, 48)
    codec = HeatmapCodec((64, 48), (16, 12))
    points, visible = torch.rand(size, 17, 2) * 48, torch.randint(0, 3, (size, 17))

    dispatched = 0
    for task, maps in model.by_task(images, tasks).items():
        own, k = tasks == task, maps.shape[1]
        target, weight = encode(points[own, :k], visible[own, :k], codec)
        dispatched = dispatched + heatmap_loss(maps, target, weight, size)
    gradients = gradients_of(dispatched, model)

    # The official way: the other sets' targets and weights are zero, the mean is over the batch.
    masked = 0
    for task, maps in enumerate(everything_masked(model, images, tasks)):
        target, weight = encode(points[:, : maps.shape[1]], visible[:, : maps.shape[1]], codec)
        own = weight * (tasks == task)[:, None]
        masked = masked + ((maps - target) * own[..., None, None]).square().mean()
    expected = gradients_of(masked, model)

    torch.testing.assert_close(dispatched, masked, rtol=1e-5, atol=0)
    for name, wanted in expected.items():
        largest = wanted.abs().max()
        assert (gradients[name] - wanted).abs().max() <= 1e-5 * largest, name


def gradients_of(loss, model):
    """Every parameter's gradient; zero where the loss does not know it."""
    names, parameters = zip(*model.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    filled = [
        torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)
    ]
    return dict(zip(names, filled, strict=True))


def test_an_absent_task_learns_nothing(make_model):
    model = make_model(*TASKS)
    model.by_task(torch.randn(2, 3, 64, 48), torch.tensor([0, 2]))[0].sum().backward()
    assert all(p.grad is None for p in model.heads[1].parameters())
    assert all(block.mlp.experts[1].weight.grad is None for block in model.backbone.blocks)


def test_batch_norm_in_training_sees_own_samples_only(make_model):
    model = make_model(*TASKS)
    images = torch.randn(4, 3, 64, 48)
    alone = model.by_task(images[:2], torch.tensor([0, 0]))[0]
    among = model.by_task(images, torch.tensor([0, 0, 1, 2]))[0]
    torch.testing.assert_close(alone, among, rtol=1e-4, atol=1e-5)


def test_a_plain_model_has_no_experts_and_one_task(make_model):
    model = make_model("coco", ffn="plain").eval()
    assert not any("experts" in name for name in model.state_dict())
    assert model(torch.randn(2, 3, 64, 48), "coco").shape == (2, 17, 16, 12)


def a_step(model, tasks, *, every, dtype=None):
    """Heatmaps and gradients of one training step, and the statistics after it."""
    model.zero_grad()
    torch.manual_seed(7)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype is not None):
        maps = model.by_task(torch.randn(len(tasks), 3, 64, 48), torch.tensor(tasks), every=every)
        loss = sum(each.float().square().sum() for each in maps.values())
    loss.backward()
    gradients = {name: p.grad for name, p in model.named_parameters()}
    return maps, gradients, dict(model.named_buffers())


@pytest.mark.parametrize(("recompute", "dtype"), [(False, torch.bfloat16), (True, None)])
@pytest.mark.parametrize("decoder", ["classic", "simple"])
@pytest.mark.parametrize("ffn", FFNS)
def test_absent_tasks_run_on_nothing_and_learn_zero(make_model, ffn, decoder, recompute, dtype):
    size = Size(width=48, depth=2, heads=3, hidden=96, expert_width=12, decoder_width=16)
    model = make_model(*TASKS, ffn=ffn, decoder=decoder, drop_path=0.2, size=size)
    model.backbone.checkpointing = recompute
    other = copy.deepcopy(model)
    maps, gradients, statistics = a_step(model, [0, 2, 0], every=True, dtype=dtype)
    present, wanted, usual = a_step(other, [0, 2, 0], every=False, dtype=dtype)
    assert list(maps) == [0, 1, 2]
    assert maps[1].shape == (0, 14, 16, 12)
    assert all(torch.equal(maps[task], present[task]) for task in (0, 2))
    for name, gradient in gradients.items():
        if wanted[name] is None:
            assert torch.equal(gradient, torch.zeros_like(gradient)), name
        else:
            assert (gradient - wanted[name]).abs().max() <= 1e-6 * wanted[name].abs().max(), name
    absent = {name for name, gradient in wanted.items() if gradient is None}
    assert absent == {n for n in wanted if n.startswith("heads.1.") or ".experts.1." in n}
    assert all(torch.equal(value, usual[name]) for name, value in statistics.items())


def test_statistics_of_an_absent_task_stay_as_they_were(make_model):
    model = make_model(*TASKS)
    before = {name: value.clone() for name, value in model.named_buffers()}
    _, _, after = a_step(model, [0, 2], every=True)
    moved = {name.split(".")[1] for name, value in after.items() if not value.equal(before[name])}
    assert moved == {"0", "2"}


def test_a_model_of_one_task_is_the_same_with_every_task(make_model):
    model = make_model("coco", ffn="plain").eval()
    images, tasks = torch.randn(2, 3, 64, 48), torch.tensor([0, 0])
    found, wanted = (model.by_task(images, tasks, every=every) for every in (True, False))
    assert list(found) == [0]
    assert torch.equal(found[0], wanted[0])


@pytest.mark.parametrize("every", [True, False])
def test_a_bad_index_or_no_picture_is_refused_with_every_task_too(make_model, every):
    model = make_model(*TASKS)
    with pytest.raises(ValueError, match="this model's are 0 to 2"):
        model.by_task(torch.randn(1, 3, 64, 48), torch.tensor([3]), every=every)
    with pytest.raises(ValueError, match="an empty batch"):
        model.by_task(torch.randn(0, 3, 64, 48), torch.tensor([], dtype=torch.long), every=every)
