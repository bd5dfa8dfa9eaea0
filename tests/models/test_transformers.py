"""The same weights in transformers' VitPose, an independent implementation."""

import pytest
import torch

from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS


def translated(model: ViTPose, task: int) -> dict[str, torch.Tensor]:
    """Our state dict under transformers' names, with one task's head."""
    weights = {}
    width = model.config.dimensions.width
    for name, value in model.state_dict().items():
        new = name.replace(
            "backbone.patch_embed.proj", "backbone.embeddings.patch_embeddings.projection"
        )
        new = new.replace("backbone.pos_embed", "backbone.embeddings.position_embeddings")
        new = new.replace("backbone.last_norm", "backbone.layernorm")
        new = new.replace("backbone.blocks.", "backbone.encoder.layer.")
        new = new.replace("norm1", "layernorm_before").replace("norm2", "layernorm_after")
        new = new.replace("attn.proj", "attention.output.dense")
        if "attn.qkv" in new:
            for part, rows in zip(("query", "key", "value"), value.split(width), strict=True):
                weights[new.replace("attn.qkv", f"attention.attention.{part}")] = rows
        elif name.startswith(f"heads.{task}."):
            own = name.removeprefix(f"heads.{task}.")
            for ours, theirs in HEAD.items():
                own = own.replace(ours, theirs)
            weights[f"head.{own}"] = value
        elif not name.startswith("heads."):
            weights[new] = value
    return weights


HEAD = {
    "deconv_layers.0": "deconv1",
    "deconv_layers.1": "batchnorm1",
    "deconv_layers.3": "deconv2",
    "deconv_layers.4": "batchnorm2",
    "final_layer": "conv",
}


@pytest.mark.slow
@pytest.mark.parametrize("size", ["s", "b"])
@pytest.mark.parametrize("ffn", ["plain", "partially_shared"])
def test_transformers_gives_the_same_heatmaps_with_the_same_weights(size, ffn):
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

    names = ("coco",) if ffn == "plain" else ("coco", "ap10k")
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
    model = ViTPose(ViTPoseConfig(size=size, ffn=ffn, tasks=tasks)).eval()
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.03)
    task = len(names) - 1

    ours = model.config.dimensions
    backbone = VitPoseBackboneConfig(
        image_size=[256, 192],
        patch_size=[16, 16],
        hidden_size=ours.width,
        num_hidden_layers=ours.depth,
        num_attention_heads=ours.heads,
        layer_norm_eps=1e-6,
        num_experts=max(1, model.config.experts),
        part_features=ours.expert_width if model.config.experts else 0,
    )
    peer = VitPoseForPoseEstimation(
        VitPoseConfig(backbone_config=backbone, num_labels=17, use_simple_decoder=False)
    ).eval()
    found = translated(model, task)
    wanted = peer.state_dict()
    assert {name for name in wanted if not name.endswith("num_batches_tracked")} <= found.keys()
    peer.load_state_dict({name: found[name] for name in wanted if name in found}, strict=False)

    images = torch.randn(2, 3, 256, 192)
    index = torch.full((2,), task)
    with torch.no_grad():
        expected = peer(images, dataset_index=index if model.config.experts else None).heatmaps
        heatmaps = model(images, names[task])
    torch.testing.assert_close(
        heatmaps, expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item()
    )
