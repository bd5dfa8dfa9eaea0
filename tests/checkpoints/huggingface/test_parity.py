import logging

import pytest
import torch
from safetensors.torch import load_file, save_file

from vitpose_plus.checkpoints.huggingface import export_huggingface
from vitpose_plus.checkpoints.huggingface.parity import verify
from vitpose_plus.errors import CheckpointError


@pytest.fixture
def exported(make_random, tmp_path):
    model = make_random("coco", ffn="plain")
    export_huggingface(model, tmp_path / "out")
    return model, tmp_path / "out"


def test_a_folder_of_this_model_passes(exported):
    model, folder = exported
    verify(folder, model, "coco")


def test_a_weight_that_is_a_hundredth_larger_is_seen(exported):
    model, folder = exported
    model.backbone.blocks[1].mlp.fc2.weight.data.mul_(1.01)
    with pytest.raises(CheckpointError, match=r"heatmaps differ by 0\.\d+ at a maximum of"):
        verify(folder, model, "coco")


def test_another_norm_is_seen(exported, edit_config):
    model, folder = exported
    edit_config(folder, {"backbone_config.layer_norm_eps": 1e-2})
    with pytest.raises(CheckpointError, match="heatmaps differ"):
        verify(folder, model, "coco")


def test_other_keypoints_are_seen(exported, make_random):
    _, folder = exported
    with pytest.raises(CheckpointError, match=r"\[2, 17, 16, 12\], not of \[2, 14, 16, 12\]"):
        verify(folder, make_random("aic", ffn="plain"), "aic")


@pytest.mark.parametrize("change", ["head.conv.bias", "spare"])
def test_a_missing_or_unknown_weight_is_named(exported, change):
    model, folder = exported
    tensors = load_file(folder / "model.safetensors")
    taken = tensors.pop(change, None)
    if taken is None:
        tensors[change] = tensors["head.conv.bias"].clone()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=f"does not take all of the weights: {change}"):
        verify(folder, model, "coco")


def test_a_decoder_that_draws_nothing_is_written(make_random, tmp_path, caplog):
    model = make_random("coco", ffn="plain")
    torch.nn.init.zeros_(model.heads[0].final_layer.weight)
    torch.nn.init.zeros_(model.heads[0].final_layer.bias)
    with caplog.at_level(logging.INFO, logger="vitpose_plus"):
        export_huggingface(model, tmp_path / "out")
    assert "transformers: 0.0e+00 of the maximum apart" in caplog.text
