import json

import pytest

from vitpose_plus.checkpoints.huggingface import is_huggingface
from vitpose_plus.checkpoints.huggingface.config import read_config
from vitpose_plus.errors import CheckpointError


@pytest.fixture
def write_config(tmp_path):
    def write(backbone: dict | None = None, **fields):
        config = {"model_type": "vitpose"} | fields
        if backbone is not None:
            config["backbone_config"] = backbone
        (tmp_path / "config.json").write_text(json.dumps(config))
        return tmp_path

    return write


def test_a_vitpose_folder_is_told_by_its_config(write_config):
    assert is_huggingface(write_config())
    assert not is_huggingface(write_config(model_type="vit"))


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_another_folder_is_told_too(tmp_path, text):
    (tmp_path / "config.json").write_text(text, encoding="latin-1")
    assert not is_huggingface(tmp_path)
    assert not is_huggingface(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="missing or does not say"):
        read_config(tmp_path)


def test_what_is_unsaid_or_null_has_the_default_of_transformers(write_config):
    from transformers import VitPoseBackboneConfig, VitPoseConfig

    ours = read_config(write_config({"hidden_size": None}, use_simple_decoder=None))
    theirs = VitPoseConfig(backbone_config=VitPoseBackboneConfig())
    assert ours.use_simple_decoder == theirs.use_simple_decoder
    assert ours.scale_factor == theirs.scale_factor
    defaults = theirs.backbone_config
    for key in ("image_size", "patch_size", "num_channels", "hidden_size", "num_hidden_layers"):
        assert getattr(ours.backbone_config, key) == getattr(defaults, key)
    for key in ("num_attention_heads", "mlp_ratio", "num_experts", "part_features", "hidden_act"):
        assert getattr(ours.backbone_config, key) == getattr(defaults, key)
    for key in ("layer_norm_eps", "qkv_bias"):
        assert getattr(ours.backbone_config, key) == getattr(defaults, key)


@pytest.mark.parametrize(
    ("size", "wanted"), [(224, (224, 224)), ([256, 192], (256, 192)), ((384, 288), (384, 288))]
)
def test_image_size_may_be_a_number_or_two(write_config, size, wanted):
    assert read_config(write_config({"image_size": size})).backbone_config.image_size == wanted


@pytest.mark.parametrize("last", [{"out_indices": [3, 12]}, {"out_indices": [-1]}])
def test_the_last_block_may_be_named_in_two_ways(write_config, last):
    read_config(write_config(last))
    read_config(write_config({"out_features": ["stage12"]}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patch_size", 14),
        ("patch_size", [16, 8]),
        ("image_size", [250, 192]),
        ("image_size", [256, 192, 3]),
        ("num_channels", 1),
        ("hidden_act", "relu"),
        ("qkv_bias", False),
        ("num_experts", 0),
        ("layer_norm_eps", 0),
        ("out_indices", [6]),
        ("out_features", ["stage6"]),
        ("model_type", "dinov2"),
    ],
)
def test_a_backbone_that_ours_cannot_be_is_refused_by_its_key(write_config, key, value):
    with pytest.raises(CheckpointError, match=r"config\.json.*backbone_config\S* .*") as error:
        read_config(write_config({key: value}))
    assert key.replace("out_features", "out_indices") in str(error.value)


def test_all_keys_are_refused_at_once(write_config):
    with pytest.raises(CheckpointError, match=r"num_channels.*qkv_bias.*use this model with trans"):
        read_config(write_config({"num_channels": 1, "qkv_bias": False}))


def test_another_upsampling_of_the_simple_decoder_is_refused(write_config):
    with pytest.raises(CheckpointError, match="scale_factor 2"):
        read_config(write_config({}, scale_factor=2))
    read_config(write_config({}, scale_factor=2, use_simple_decoder=False))


def test_without_a_backbone_transformers_takes_the_fourth_block_and_we_refuse(write_config):
    from transformers import VitPoseConfig

    assert VitPoseConfig().backbone_config.out_indices == [4]
    with pytest.raises(CheckpointError, match=r"out_indices \(4,\).*last of 12 blocks"):
        read_config(write_config())


@pytest.mark.parametrize("own", [{"tasks": []}, {"tasks": [], "decoder": "coco"}, 3])
def test_a_damaged_key_of_ours_is_named(write_config, own):
    with pytest.raises(CheckpointError, match="vitpose_plus"):
        read_config(write_config({}, vitpose_plus=own))
