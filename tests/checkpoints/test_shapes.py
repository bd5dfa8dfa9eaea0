"""What the shapes of tensors tell of a model, and what they do not."""

from dataclasses import replace
from functools import partial

import pytest
import torch

from vitpose_plus.checkpoints import load_backbone, load_model, save_model
from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.shapes import infer_size
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import SIZES, AttentionPattern, Size, Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS

FFNS = ["plain", "partially_shared", "independent", "shared_and_independent"]


@pytest.mark.parametrize("ffn", FFNS)
@pytest.mark.parametrize("decoder", ["classic", "simple"])
@pytest.mark.parametrize("ratio", [1, 2])
def test_the_configuration_of_every_variant_is_told_by_its_shapes(
    ffn, decoder, ratio, make_random, tmp_path, same_heatmaps
):
    model = make_random("coco", "aic", ffn=ffn, decoder=decoder, ratio=ratio)
    torch.save(model.state_dict(), tmp_path / "w.pth")
    found = load_model(tmp_path / "w.pth", tasks=["coco", "aic"], ratio=ratio, input_size=(64, 48))
    told = replace(model.config, size=found.config.size)
    assert found.config == told
    same_heatmaps(found, model, "aic")


@pytest.mark.parametrize("name", ["s", "b", "l"])
def test_a_size_of_the_family_is_named(name, make_random, tmp_path):

    tasks = (Task(name="coco", skeleton=SKELETONS["coco"]),)
    with torch.device("meta"):
        model = ViTPose(ViTPoseConfig(size=name, ffn="plain", tasks=tasks))
    foreign = Foreign(weights=model.state_dict())
    assert infer_size(foreign, None) == name
    assert infer_size(foreign, SIZES[name].heads // 2).heads == SIZES[name].heads // 2


def test_vitae_convolutions_are_told_by_their_names(make_random, tmp_path, same_heatmaps):
    size = Size(width=64, depth=2, heads=4, hidden=96, expert_width=16, convolutions=True)
    model = make_random("coco", size=size)
    torch.save(model.state_dict(), tmp_path / "g.pth")
    found = load_model(tmp_path / "g.pth", heads=4)
    assert found.config.dimensions.convolutions
    same_heatmaps(found, model, "coco")


def test_an_unknown_width_asks_for_its_heads(make_random, save_official):
    size = Size(width=64, depth=2, heads=4, hidden=96, expert_width=16)
    path = save_official(make_random("coco", size=size, ffn="plain"))
    with pytest.raises(CheckpointError, match=r"width 64 .*say heads="):
        load_model(path)
    with pytest.raises(CheckpointError, match=r"heads \(5\)"):
        load_model(path, heads=5)


def test_window_attention_is_refused_outside_our_own_format(make_random, tmp_path, same_heatmaps):
    pattern = AttentionPattern(kind="shift_pool", window=(2, 3))
    model = make_random("coco", attention=pattern)
    save_model(model, tmp_path / "m")
    same_heatmaps(load_model(tmp_path / "m"), model, "coco")
    with pytest.raises(CheckpointError, match=r"relative positions.*save_model"):
        load_model(tmp_path / "m" / "model.safetensors")


def test_a_classic_decoder_tells_its_ratio(make_random, save_official, same_heatmaps):
    model = make_random("coco", ffn="plain", ratio=2)
    path = save_official(model)
    same_heatmaps(load_model(path), model, "coco")
    with pytest.raises(CheckpointError, match="ratio=1 contradicts"):
        load_model(path, ratio=1)


def test_a_ratio_that_no_vitpose_has_is_refused(make_random, save_official):
    path = save_official(make_random("coco", ffn="plain", decoder="simple"))
    with pytest.raises(CheckpointError, match="ratio=3"):
        load_model(path, ratio=3)


@pytest.mark.parametrize(("last", "missing"), [(4, 2), (10**12, 10**12 - 2)])
def test_blocks_must_follow_each_other(last, missing, make_random, save_official):
    model = make_random("coco", ffn="plain")
    path = save_official(model, **{f"backbone.blocks.{last}.norm1.bias": torch.ones(192)})
    told = f"a block {last} but lacks {missing} before it, first of all 2, 3"
    for load in (load_model, partial(load_backbone, model)):
        with pytest.raises(CheckpointError, match=told):
            load(path)


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("backbone.blocks.0.mlp.experts.0.bias", torch.tensor(1.0)),
        ("keypoint_head.deconv_layers.0.weight", torch.ones(3)),
        ("keypoint_head.final_layer.bias", torch.tensor(1.0)),
        ("associate_keypoint_heads.0.final_layer.weight", torch.tensor(1.0)),
        ("associate_keypoint_heads.0.final_layer.bias", torch.ones(2, 2)),
    ],
)
def test_a_tensor_of_a_wrong_rank_is_named(name, tensor, make_random, save_official):
    path = save_official(make_random("coco", "aic"), **{name: tensor})
    with pytest.raises(CheckpointError, match=rf"of such a rank: {name} \["):
        load_model(path, tasks=["coco", "aic"])


def test_a_backbone_alone_is_sent_to_load_backbone(make_random, tmp_path):
    weights = make_random("coco", ffn="plain").state_dict()
    bare = {n.removeprefix("backbone."): w for n, w in weights.items() if n.startswith("backbone")}
    torch.save({"model": bare}, tmp_path / "mae.pth")
    with pytest.raises(CheckpointError, match=r"mae\.pth.*load_backbone"):
        load_model(tmp_path / "mae.pth")


def test_a_file_of_another_model_is_told_with_what_it_holds(tmp_path):
    torch.save({"conv1.weight": torch.ones(1)}, tmp_path / "resnet.pth")
    with pytest.raises(CheckpointError, match=r"resnet\.pth.*no ViTPose.*conv1\.weight"):
        load_model(tmp_path / "resnet.pth")


def test_knowledge_tokens_are_told_by_their_table(make_random, tmp_path, same_heatmaps):
    model = make_random("coco", knowledge_tokens=2)
    torch.save(model.state_dict(), tmp_path / "w.pth")
    found = load_model(tmp_path / "w.pth", input_size=(64, 48))
    assert found.config.knowledge_tokens == 2
    same_heatmaps(found, model, "coco")
    flat = model.state_dict() | {"backbone.knowledge_token": torch.zeros(192)}
    torch.save(flat, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match=r"of such a rank: backbone.knowledge_token \[192\]"):
        load_model(tmp_path / "w.pth", input_size=(64, 48))
