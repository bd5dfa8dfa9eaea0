"""The same weights in transformers' VitPose, an independent implementation."""

import pytest
import torch

from vitpose_plus.checkpoints.huggingface.names import to_theirs
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS


def new_model(size, ffn, decoder):
    names = ("coco",) if ffn == "plain" else ("coco", "ap10k")
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
    return ViTPose(ViTPoseConfig(size=size, ffn=ffn, decoder=decoder, tasks=tasks)).eval()


def peer_of(config):
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

    size = config.dimensions
    backbone = VitPoseBackboneConfig(
        image_size=[256, 192],
        patch_size=[16, 16],
        hidden_size=size.width,
        num_hidden_layers=size.depth,
        num_attention_heads=size.heads,
        layer_norm_eps=1e-6,
        num_experts=max(1, config.experts),
        part_features=size.expert_width if config.experts else 0,
    )
    simple = config.decoder == "simple"
    return VitPoseForPoseEstimation(
        VitPoseConfig(backbone_config=backbone, num_labels=17, use_simple_decoder=simple)
    ).eval()


@pytest.mark.slow
@pytest.mark.parametrize("size", ["s", "b"])
@pytest.mark.parametrize("decoder", ["classic", "simple"])
@pytest.mark.parametrize("ffn", ["plain", "partially_shared"])
def test_transformers_gives_the_same_heatmaps_with_the_same_weights(size, decoder, ffn, randomise):
    model = randomise(new_model(size, ffn, decoder), vectors=0.1, matrices=0.03)
    task = len(model.config.tasks) - 1
    weights = {n: w for n, w in model.state_dict().items() if n.startswith("backbone.")}
    weights |= {f"heads.0.{n}": w for n, w in model.heads[task].state_dict().items()}
    peer = peer_of(model.config)
    peer.load_state_dict(to_theirs(weights))

    images = torch.randn(2, 3, 256, 192)
    index = torch.full((2,), task) if model.config.experts else None
    with torch.no_grad():
        expected = peer(images, dataset_index=index).heatmaps
        heatmaps = model(images, model.config.tasks[task].name)
    torch.testing.assert_close(
        heatmaps, expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item()
    )
