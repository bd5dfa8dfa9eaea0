"""A timm folder states what its tensors do not."""

import json
from dataclasses import replace

import pytest
from safetensors.torch import save_file

from vitpose_plus.checkpoints import load_backbone
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Size

S_OF_TWO_BLOCKS = Size(
    width=384, depth=2, heads=12, hidden=1536, expert_width=192, decoder_width=32
)


def test_a_timm_folder_states_its_heads(make_vit, make_random, tmp_path):
    save_file(make_vit("vit_small_patch16_224").state_dict(), tmp_path / "model.safetensors")
    config = {"architecture": "vit_small_patch16_224", "num_classes": 3}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="trained with 6 attention heads"):
        load_backbone(make_random("coco", size=S_OF_TWO_BLOCKS), tmp_path)
    with pytest.raises(CheckpointError, match="heads=12 contradicts"):
        load_backbone(make_random("coco", size=S_OF_TWO_BLOCKS), tmp_path, heads=12)
    found = load_backbone(make_random("coco", size=replace(S_OF_TWO_BLOCKS, heads=6)), tmp_path)
    assert found.left_out["head.weight"] == "classifier"


def test_an_architecture_that_timm_does_not_know_states_nothing(make_vit, make_random, tmp_path):
    save_file(make_vit("vit_small_patch16_224").state_dict(), tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text('{"architecture": "hf-hub:nobody/nothing"}')
    with pytest.raises(CheckpointError, match="say heads="):
        load_backbone(make_random("coco", size=S_OF_TWO_BLOCKS), tmp_path)
