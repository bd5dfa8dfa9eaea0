"""Groups of a small model; tests/recipes has those of the published sizes."""

import pytest
import torch
from torch.nn.parallel import DistributedDataParallel

from vitpose_plus.engine.config import Optimisation
from vitpose_plus.training.optimiser import layer_of, parameter_groups

HALVING = Optimisation(layer_decay=0.5, weight_decay=0.1)


def settings_by_name(model, groups):
    """Parameter's name -> (layer's name, rate, weight decay)."""
    names = {id(p): name for name, p in model.named_parameters()}
    return {
        names[id(parameter)]: (group["name"], group["lr"], group["weight_decay"])
        for group in groups
        for parameter in group["params"]
    }


def test_layers_decay_as_in_the_official_optimiser(make_model):
    model = make_model("coco", "aic")
    seen = settings_by_name(model, parameter_groups(model, HALVING, rate=1.0))
    depth = model.config.dimensions.depth
    last = f"backbone.blocks.{depth - 1}"
    assert seen.keys() == {name for name, _ in model.named_parameters()}
    expected = {
        "backbone.patch_embed.proj.weight": ("embeddings", 0.5 ** (depth + 1), 0.1),
        "backbone.pos_embed": ("embeddings, no decay", 0.5 ** (depth + 1), 0.0),
        "backbone.blocks.0.attn.qkv.weight": ("block 0", 0.5**depth, 0.1),
        "backbone.blocks.0.norm1.weight": ("block 0, no decay", 0.5**depth, 0.0),
        f"{last}.mlp.experts.1.weight": (f"block {depth - 1}", 0.5, 0.1),
        "backbone.last_norm.weight": ("above the blocks, no decay", 1.0, 0.0),
        "heads.1.final_layer.weight": ("above the blocks", 1.0, 0.1),
        "heads.1.deconv_layers.1.weight": ("above the blocks, no decay", 1.0, 0.0),
    }
    assert {name: seen[name] for name in expected} == expected


def test_each_parameter_is_in_one_group_and_each_group_has_a_name(make_model):
    model = make_model("coco", "aic")
    groups = parameter_groups(model, HALVING, rate=1.0)
    members = [parameter for group in groups for parameter in group["params"]]
    assert len(members) == len({id(p) for p in members}) == len(list(model.parameters()))
    names = [group["name"] for group in groups]
    assert len(set(names)) == len(names) == 2 * (model.config.dimensions.depth + 2)


def test_all_rates_stand_in_proportion_to_the_top_one(make_model):
    model = make_model("coco")
    one, three = (parameter_groups(model, HALVING, rate) for rate in (1.0, 3.0))
    assert [g["lr"] for g in three] == pytest.approx([3 * g["lr"] for g in one])


def test_without_layer_decay_all_learn_alike(make_model):
    groups = parameter_groups(make_model("coco"), Optimisation(layer_decay=1.0), rate=0.3)
    assert {group["lr"] for group in groups} == {0.3}


def test_what_is_frozen_does_not_reach_the_optimiser(make_model):
    model = make_model("coco")
    model.backbone.requires_grad_(False)
    groups = parameter_groups(model, HALVING, rate=1.0)
    assert {group["lr"] for group in groups} == {1.0}
    assert sum(len(g["params"]) for g in groups) == len(list(model.heads.parameters()))


def test_frozen_blocks_do_not_move_the_others_layers(make_model):
    model = make_model("coco")
    whole = settings_by_name(model, parameter_groups(model, HALVING, rate=1.0))
    for block in model.backbone.blocks[:3]:
        block.requires_grad_(False)
    rest = settings_by_name(model, parameter_groups(model, HALVING, rate=1.0))
    assert rest == {name: whole[name] for name in rest}


def test_a_knowledge_token_is_an_embedding(make_model):
    model = make_model("coco")
    model.backbone.knowledge_token = torch.nn.Parameter(torch.zeros(1, 1, 192))
    seen = settings_by_name(model, parameter_groups(model, HALVING, rate=1.0))
    assert seen["backbone.knowledge_token"] == seen["backbone.pos_embed"]


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("backbone.blocks.11.mlp.fc2.bias", 12),
        ("backbone.blocks.0.attn.rel_pos_h", 1),
        ("backbone.last_norm.bias", 13),
        ("heads.0.x", 13),
        # A student's projection of the token is new: it learns as the decoders do.
        ("backbone.parametrizations.knowledge_token.0.weight", 13),
    ],
)
def test_a_layer_is_read_from_the_name(name, layer):
    assert layer_of(name, top=13) == layer


@pytest.fixture
def alone(tmp_path):
    """A process group of this process."""
    store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def compile_whole(model):
    return torch.compile(model)


def compile_blocks(model):
    for index, block in enumerate(model.backbone.blocks):
        model.backbone.blocks[index] = torch.compile(block)
    return model


def shard(model):
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh("cpu", (1,))
    for block in model.backbone.blocks:
        fully_shard(block, mesh=mesh)
    return fully_shard(model, mesh=mesh)


@pytest.mark.parametrize(
    "wrap",
    [DistributedDataParallel, compile_whole, compile_blocks, shard],
    ids=lambda w: w.__name__,
)
def test_wrappers_change_no_group(wrap, make_model, alone):
    def summary(model):
        groups = parameter_groups(model, HALVING, rate=1.0)
        return [
            (g["name"], g["lr"], g["weight_decay"], [tuple(p.shape) for p in g["params"]])
            for g in groups
        ]

    plain = summary(make_model("coco", "aic"))
    assert summary(wrap(make_model("coco", "aic"))) == plain


def test_one_step_moves_only_what_took_part(make_model):
    model = make_model("coco", "aic")
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    groups = parameter_groups(model, Optimisation(weight_decay=0.0), rate=5e-4)
    optimiser = torch.optim.AdamW(groups)
    model.by_task(torch.randn(2, 3, 64, 48), torch.tensor([0, 0]))[0].square().mean().backward()
    optimiser.step()
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert "heads.0.final_layer.weight" in moved
    assert not any(name.startswith("heads.1") or "experts.1" in name for name in moved)
