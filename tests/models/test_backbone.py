import copy
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from vitpose_plus.models import AttentionPattern, Size, ViTPose
from vitpose_plus.models.backbone import PatchEmbed
from vitpose_plus.models.convolutions import ParallelConvolutions
from vitpose_plus.models.dispatch import Dispatch


@pytest.mark.parametrize(("ratio", "padding"), [(1, 2), (2, 4)])
def test_tokens_are_dot_products_with_cut_out_patches(ratio, padding):
    embed = PatchEmbed(8, ratio).double()
    images = torch.randn(2, 3, 64, 48, dtype=torch.double)
    patches = F.unfold(images, 16, padding=padding, stride=16 // ratio)
    weight = embed.proj.weight.flatten(1)
    expected = torch.einsum("cp,bpn->bnc", weight, patches) + embed.proj.bias
    assert expected.shape[1] == 4 * ratio * 3 * ratio
    torch.testing.assert_close(embed(images), expected)


def test_recomputed_blocks_give_the_same_gradients_and_statistics(make_model):
    size = Size(width=48, depth=3, heads=3, hidden=96, expert_width=12, convolutions=True)
    model = make_model("coco", "aic", size=size, drop_path=0.3)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    images, tasks = torch.randn(3, 3, 64, 48), torch.tensor([1, 0, 1])
    passes = []
    model.backbone.blocks[1].register_forward_pre_hook(lambda *_: passes.append(1))
    found = []
    for recompute in (False, True):
        model.load_state_dict(start)
        model.zero_grad()
        model.backbone.checkpointing = recompute
        torch.manual_seed(5)  # of the dropped paths
        sum(maps.square().sum() for maps in model.by_task(images, tasks).values()).backward()
        gradients = [p.grad.clone() for p in model.backbone.parameters()]
        found.append([*gradients, *(b.clone() for b in model.buffers())])
    assert len(passes) == 1 + 2
    for kept, recomputed in zip(*found, strict=True):
        torch.testing.assert_close(recomputed, kept)


def test_convolutions_see_a_tokens_neighbours_only():
    convolutions = ParallelConvolutions(8, (5, 7)).eval()
    x = torch.zeros(1, 35, 8, requires_grad=True)
    convolutions(x)[0, 2 * 7 + 3].sum().backward()
    reached = x.grad[0].abs().sum(1).unflatten(0, (5, 7)) > 0
    # Two 3x3 convolutions reach two tokens far.
    expected = torch.zeros(5, 7, dtype=torch.bool)
    expected[0:5, 1:6] = True
    assert torch.equal(reached, expected)


def test_pictures_of_another_size_are_refused(make_model):
    with pytest.raises(ValueError, match=r"\(48, 64\).*\(64, 48\)"):
        make_model("coco")(torch.randn(1, 3, 48, 64), "coco")


def names_and_shapes(model):
    return {name: value.shape for name, value in model.state_dict().items()}


def features(model, images, tasks, token=None):
    """The backbone's definition, block by block, with a token beside the visual ones."""
    backbone = model.backbone
    x = backbone.patch_embed(images) + backbone.pos_embed[:, 1:] + backbone.pos_embed[:, :1]
    visual = x.shape[1]
    if token is not None:
        x = torch.cat([x, torch.stack([token[0]] * len(x))], dim=1)
    for block in backbone.blocks:
        x = x + block.attn(block.norm1(x))
        # One sample at a time, each with its own expert.
        own = [
            block.mlp(one[None], Dispatch.one_task(task, 1, one.device))[0]
            for one, task in zip(block.norm2(x), tasks.tolist(), strict=True)
        ]
        x = x + torch.stack(own)
    return backbone.last_norm(x)[:, :visual].transpose(1, 2).unflatten(2, (4, 3))


@pytest.mark.parametrize("tokens", [0, 1, 3])
@pytest.mark.parametrize("ffn", ["plain", "partially_shared"])
def test_a_knowledge_token_goes_through_all_blocks_and_no_further(make_model, ffn, tokens):
    model = make_model("coco", "aic", ffn=ffn, knowledge_tokens=tokens).eval()
    images, tasks = torch.randn(3, 3, 64, 48), torch.tensor([0, 1, 1])
    found = model.backbone(images, Dispatch.by_task(tasks))
    wanted = features(model, images, tasks, model.backbone.knowledge_token)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_without_tokens_the_weights_have_the_same_names_and_beginning(make_model):
    models = []
    for fields in ({}, {"knowledge_tokens": 0}, {"knowledge_tokens": 2}):
        torch.manual_seed(3)
        models.append(ViTPose(replace(make_model("coco").config, **fields)))
    plain, none, two = map(names_and_shapes, models)
    assert plain == none
    assert two == plain | {"backbone.knowledge_token": (1, 2, 192)}
    assert models[2].backbone.knowledge_token.std() < 0.03
    for name, value in models[0].backbone.state_dict().items():
        assert torch.equal(models[2].backbone.state_dict()[name], value)


def test_a_token_of_someone_elses_takes_the_models_place(make_model):
    model = make_model("coco", "aic", knowledge_tokens=1).eval()
    images, tasks = torch.randn(2, 3, 64, 48), torch.tensor([1, 0])
    other = torch.randn(1, 2, 192)
    own = model.by_task(images, tasks)
    for token in (other, torch.empty(1, 0, 192)):
        found = model.by_task(images, tasks, knowledge=token)
        wanted = model.heads[1](features(model, images, tasks, token))[:1]
        torch.testing.assert_close(found[1], wanted, rtol=1e-4, atol=1e-5)
        assert (found[1] - own[1]).abs().max() > 1e-3 * own[1].abs().max()
        torch.testing.assert_close(model(images, tasks, knowledge=token)[:1, :14], wanted)


def test_a_model_without_a_token_is_asked_with_one(make_model):
    model = make_model("coco").eval()
    images, tasks = torch.randn(1, 3, 64, 48), torch.tensor([0])
    token = torch.randn(1, 1, 192, requires_grad=True)
    found = model.by_task(images, tasks, knowledge=token)[0]
    wanted = model.heads[0](features(model, images, tasks, token))
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    (gradient,) = torch.autograd.grad(found.square().sum(), token)
    assert gradient.abs().max() > 0


@pytest.mark.parametrize("recompute", [False, True])
def test_all_tasks_teach_the_one_token(make_model, recompute):
    model = make_model("coco", "aic", knowledge_tokens=1)
    model.backbone.checkpointing = recompute
    images = torch.randn(4, 3, 64, 48)
    for tasks in ([0, 0, 0, 0], [1, 1, 1, 1]):
        model.zero_grad()
        (maps,) = model.by_task(images, torch.tensor(tasks)).values()
        maps.square().sum().backward()
        assert model.backbone.knowledge_token.grad.abs().max() > 0


@pytest.mark.parametrize("shape", [(1, 192), (2, 1, 192), (1, 1, 96)])
def test_a_token_of_another_shape_is_refused(make_model, shape):
    images = torch.randn(2, 3, 64, 48)
    with pytest.raises(ValueError, match=r"not \[1, tokens, 192\]: project"):
        make_model("coco").by_task(images, torch.tensor([0, 0]), knowledge=torch.zeros(shape))


def test_windows_refuse_a_token_that_is_handed_in(make_model):
    model = make_model("coco", attention=AttentionPattern(kind="window", window=(4, 3)))
    images, tasks = torch.randn(1, 3, 64, 48), torch.tensor([0])
    with pytest.raises(ValueError, match="kind 'window'"):
        model.by_task(images, tasks, knowledge=torch.zeros(1, 1, 192))
    model.by_task(images, tasks, knowledge=torch.zeros(1, 0, 192))


def gradients_of_a_step(model, tasks):
    """Every parameter's, at the same pictures and dropped paths."""
    model.zero_grad()
    torch.manual_seed(len(tasks))
    maps = model.by_task(torch.randn(len(tasks), 3, 64, 48), torch.tensor(tasks), every=True)
    sum(each.square().sum() for each in maps.values()).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters()}


@pytest.mark.slow
def test_compiled_blocks_learn_the_same_from_few_graphs(make_model):
    from torch._dynamo.utils import counters

    model = make_model("coco", "aic", "mpii", drop_path=0.3, knowledge_tokens=1)
    compiled = copy.deepcopy(model)
    for block in compiled.backbone.blocks:
        block.compile()
    counters.clear()
    make_ups = [(3, 3, 2), (2, 3, 3), (8, 0, 0), (0, 5, 3), (1, 7, 0), (1, 1, 6)]
    for make_up in make_ups:
        tasks = [task for task, count in enumerate(make_up) for _ in range(count)]
        wanted, found = (gradients_of_a_step(each, tasks) for each in (model, compiled))
        for name, gradient in wanted.items():
            apart = (found[name] - gradient).abs().max()
            assert apart <= 1e-4 * gradient.abs().max(), name
    # Six blocks, one code: up to the attention's end, fc1, fc2, the sum.
    assert counters["stats"]["unique_graphs"] == 4
