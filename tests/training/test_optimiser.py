import pytest
import torch

from vitpose_plus.training.config import Optimisation, Training
from vitpose_plus.training.optimiser import RateCourse, build_optimiser, layer_of


def test_layers_decay_as_in_the_official_optimiser(make_model):
    model = make_model("coco", "aic")
    config = Optimisation(learning_rate=1.0, layer_decay=0.5, weight_decay=0.1)
    names = {id(p): name for name, p in model.named_parameters()}
    seen = {}
    for group in build_optimiser(model, config).param_groups:
        for parameter in group["params"]:
            seen[names[id(parameter)]] = group["lr"], group["weight_decay"]
    depth = model.config.dimensions.depth
    assert seen.keys() == set(names.values())
    assert seen["backbone.patch_embed.proj.weight"] == (0.5 ** (depth + 1), 0.1)
    assert seen["backbone.pos_embed"] == (0.5 ** (depth + 1), 0.0)
    assert seen["backbone.blocks.0.attn.qkv.weight"] == (0.5**depth, 0.1)
    assert seen[f"backbone.blocks.{depth - 1}.mlp.experts.1.weight"] == (0.5, 0.1)
    assert seen["backbone.blocks.0.norm1.weight"][1] == 0.0
    assert seen["backbone.last_norm.weight"] == (1.0, 0.0)
    assert seen["heads.1.final_layer.weight"] == (1.0, 0.1)
    assert seen["heads.1.deconv_layers.1.weight"] == (1.0, 0.0)


def test_what_is_frozen_does_not_reach_the_optimiser(make_model):
    model = make_model("coco")
    model.backbone.requires_grad_(False)
    counted = sum(len(g["params"]) for g in build_optimiser(model, Optimisation()).param_groups)
    assert counted == len(list(model.heads.parameters()))


@pytest.mark.parametrize(
    ("name", "layer"), [("backbone.blocks.11.mlp.fc2.bias", 12), ("heads.0.x", 13)]
)
def test_a_layer_is_read_from_the_name(name, layer):
    assert layer_of(name, 12) == layer


def test_the_rate_rises_then_falls_in_steps():
    course = RateCourse.of(Optimisation(warmup_steps=500), 100, 210)
    assert course(0) == pytest.approx(1e-3)
    assert course(250) == pytest.approx(0.5, abs=1e-3)
    assert course(500) == course(16_999) == 1
    assert course(17_000) == pytest.approx(0.1)
    assert course(20_000) == pytest.approx(0.01)


def test_a_short_run_is_not_all_warm_up():
    config = Optimisation(warmup_steps=500, warmup_share=0.1, milestones=())
    assert RateCourse.of(config, 10, 10).warmup == 10


@pytest.mark.parametrize(("epochs", "every", "interval"), [(210, 10, 10), (17, 4, 1), (2, 4, 2)])
def test_the_last_epoch_is_always_scored(epochs, every, interval):
    assert Training(epochs=epochs, validate_every=every).scoring_interval == interval


def test_one_step_moves_only_what_took_part(make_model):
    model = make_model("coco", "aic")
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimiser = build_optimiser(model, Optimisation(weight_decay=0.0))
    model.by_task(torch.randn(2, 3, 64, 48), torch.tensor([0, 0]))[0].square().mean().backward()
    optimiser.step()
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert "heads.0.final_layer.weight" in moved
    assert not any(name.startswith("heads.1") or "experts.1" in name for name in moved)
