"""Checkpoints as others write them, made from random models."""

import pytest
import timm
import torch

from vitpose_plus.models import Size, ViTPose

TWO_BLOCKS = Size(width=192, depth=2, heads=3, hidden=768, expert_width=48, decoder_width=32)


@pytest.fixture
def make_random(make_model, randomise):
    """As `make_model`, of two blocks, with random norms, biases and running statistics."""

    def make(*names, **fields) -> ViTPose:
        model = make_model(*names, **({"size": TWO_BLOCKS} | fields)).eval()
        return randomise(model, vectors=0.2)

    return make


@pytest.fixture
def official_names():
    """A state dict by the official repository's names."""

    def rename(model: ViTPose) -> dict[str, torch.Tensor]:
        renamed = {}
        for name, value in model.state_dict().items():
            first, _, rest = name.partition(".")
            if first == "heads":
                index, _, rest = rest.partition(".")
                others = f"associate_keypoint_heads.{int(index) - 1}"
                name = f"{'keypoint_head' if index == '0' else others}.{rest}"
            renamed[name] = value.clone()
        return renamed

    return rename


@pytest.fixture
def save_official(official_names, tmp_path):
    """A file as mmcv writes it: the weights beside plain notes and an optimiser's state."""

    def save(model: ViTPose, name: str = "model.pth", **changed: torch.Tensor):
        state = {"state": {0: {"step": 3}}, "param_groups": [{"lr": 5e-4, "params": [0]}]}
        meta = {"epoch": 210, "iter": 98700, "mmcv_version": "1.3.9", "time": "Mon", "hooks": None}
        weights = official_names(model) | changed
        torch.save({"meta": meta, "state_dict": weights, "optimizer": state}, tmp_path / name)
        return tmp_path / name

    return save


@pytest.fixture
def make_vit():
    """A small vision transformer of timm's, all of whose parameters are random."""

    def make(name="vit_tiny_patch16_224", **fields):
        vit = timm.create_model(name, **({"depth": 2, "num_classes": 3} | fields)).eval()
        for parameter in vit.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
        return vit

    return make


@pytest.fixture
def save_mae(tmp_path):
    """What MAE's pretraining writes: the encoder, and a decoder that is of no use here."""

    def save(vit: torch.nn.Module):
        decoder = {
            "mask_token": torch.randn(1, 1, 8),
            "decoder_pos_embed": torch.randn(1, 197, 8),
            "decoder_blocks.0.norm1.weight": torch.randn(8),
        }
        weights = {n: w for n, w in vit.state_dict().items() if not n.startswith("head.")}
        torch.save({"model": weights | decoder, "epoch": 1599}, tmp_path / "mae.pth")
        return tmp_path / "mae.pth"

    return save


@pytest.fixture
def assert_close():
    """Assert that two tensors agree to 1e-5 of the largest value."""

    def check(found: torch.Tensor, wanted: torch.Tensor) -> None:
        scale = wanted.abs().max().item()
        assert scale > 1e-3
        torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5 * scale)

    return check
