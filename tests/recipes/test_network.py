"""What each recipe trains, at its real size, without memory for its weights."""

import pytest
import torch

from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.models.block import draw_paths
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.optimiser import parameter_groups

DECODER = ("deconv_layers.0", "deconv_layers.3", "final_layer")


@pytest.fixture(scope="module")
def model(recipe, published):
    """The network of a recipe's pipeline, on the meta device."""
    experiment = recipe.vitpose_plus if published.kind == "ViTPose+" else recipe.vitpose
    config = ViTPoseConfig(
        size=recipe.model.size,
        input_size=recipe.model.input_size,
        decoder=recipe.model.decoder,
        drop_path=recipe.model.drop_path,
        ffn=experiment.ffn,
        tasks=tuple(Task(name=name, skeleton=SKELETONS[name]) for name in experiment.tasks),
    )
    with torch.device("meta"):
        return ViTPose(config)


def test_it_is_the_published_network(model, published):
    shapes = {"s": (384, 12), "b": (768, 12), "l": (1024, 16), "h": (1280, 16)}
    keypoints = {"coco": 17, "aic": 14, "mpii": 16, "ap10k": 17, "apt36k": 17}
    width, heads = shapes[published.size]
    blocks = model.backbone.blocks
    assert [task.name for task in model.config.tasks] == list(published.tasks)
    assert model.config.input_size == (256, 192)
    assert model.config.heatmap_size == (64, 48)
    assert len(blocks) == published.depth
    assert {block.attn.num_heads for block in blocks} == {heads}
    assert {tuple(block.attn.qkv.weight.shape) for block in blocks} == {(3 * width, width)}
    assert {len(getattr(block.mlp, "experts", ())) for block in blocks} == {
        6 if published.kind == "ViTPose+" else 0
    }
    drawn = [head.final_layer.out_channels for head in model.heads]
    assert drawn == [(keypoints | {"coco_wholebody": 133})[name] for name in published.tasks]
    assert {head.deconv_layers[0].out_channels for head in model.heads} == {256}  # classic


def test_paths_are_dropped_more_often_the_higher_the_block(model, published):
    last, samples = published.depth - 1, 5_000
    rates = torch.tensor([published.drop_path * block / last for block in range(published.depth)])
    assert model.config.drop_rates == pytest.approx(rates.tolist())
    drawn = draw_paths(model.config.drop_rates, samples, torch.device("cpu"))
    skipped = (drawn == 0).flatten(1).float().mean(dim=1)
    torch.testing.assert_close(skipped, rates, atol=4 * 0.5 / (3 * samples) ** 0.5, rtol=0)
    kept = drawn.flatten(1).max(dim=1).values
    torch.testing.assert_close(kept, 1 / (1 - rates))


def expected_layers(published):
    """Parameter's name -> (steps below the top, whether it decays), by the papers' rule."""
    top = published.depth + 1
    layers = {
        "backbone.pos_embed": (top, False),
        "backbone.patch_embed.proj.weight": (top, True),
        "backbone.patch_embed.proj.bias": (top, False),
        "backbone.last_norm.weight": (0, False),
        "backbone.last_norm.bias": (0, False),
    }
    linear = ["attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2"]
    if published.kind == "ViTPose+":
        linear += [f"mlp.experts.{task}" for task in range(6)]
    for block in range(published.depth):
        below = top - (block + 1)
        for part in (*linear, "norm1", "norm2"):
            name = f"backbone.blocks.{block}.{part}"
            layers[f"{name}.weight"] = below, not part.startswith("norm")
            layers[f"{name}.bias"] = below, False
    for head in range(len(published.tasks)):
        for part in (*DECODER, "deconv_layers.1", "deconv_layers.4"):
            name = f"heads.{head}.{part}"
            layers[f"{name}.weight"] = 0, part in DECODER
            layers[f"{name}.bias"] = 0, False
        for convolution in DECODER[:2]:
            del layers[f"heads.{head}.{convolution}.bias"]
    return layers


def test_each_weight_learns_and_decays_as_published(model, recipe, published):
    training = recipe.training
    rate = training.optimisation.rate(training.batch_size)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = {
        names[id(parameter)]: (group["lr"], group["weight_decay"])
        for group in parameter_groups(model, training.optimisation, rate)
        for parameter in group["params"]
    }
    expected = {
        name: (published.rate * published.layer_decay**below, 0.1 if decays else 0.0)
        for name, (below, decays) in expected_layers(published).items()
    }
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, rel=1e-9), name
