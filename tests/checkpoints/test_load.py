"""What is told by shapes, what must be said, and what the two may not contradict."""

import pytest
import torch

from vitpose_plus.checkpoints import inspect, load_config, load_model, save_model
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task
from vitpose_plus.skeletons import Skeleton

FIVE = Skeleton(
    name="five", keypoints=("a", "b", "c", "d", "e"), twins=(), limbs=(), sigmas=(0.1,) * 5
)


@pytest.mark.parametrize(
    ("hint", "message"),
    [
        ({"heads": 6}, "heads=6 contradicts"),
        ({"ratio": 2}, "ratio=2 contradicts"),
        ({"tasks": ["aic", "coco"]}, r"tasks=\(aic, coco\) contradicts"),
        ({"tasks": ["coco", Task(name="aic", skeleton=FIVE)]}, "states coco, aic with its own"),
        ({"input_size": (65, 48)}, "multiples of 16"),
    ],
)
def test_our_own_folder_is_not_contradicted(hint, message, make_random, tmp_path):
    save_model(make_random("coco", "aic"), tmp_path / "m")
    with pytest.raises(CheckpointError, match=message):
        load_model(tmp_path / "m", **hint)


def test_hints_that_agree_with_our_own_folder_are_welcome(make_random, tmp_path, same_heatmaps):
    model = make_random("coco", "aic")
    save_model(model, tmp_path / "m")
    hints = {"heads": 3, "ratio": 1, "tasks": ["coco", "aic"], "input_size": (64, 48)}
    same_heatmaps(load_model(tmp_path / "m", **hints), model, "aic")


def test_an_inspection_tells_our_own_format(make_random, tmp_path):
    save_model(make_random("coco"), tmp_path / "m")
    found = inspect(tmp_path / "m")
    assert (found.format, found.left_out) == ("vitpose_plus", {})
    assert found.config == load_config(tmp_path / "m")


def test_a_loaded_model_is_ready_to_use_and_to_train(make_random, save_official):
    found = load_model(save_official(make_random("coco", ffn="plain")))
    assert not found.training
    assert all(p.requires_grad and p.device.type == "cpu" for p in found.parameters())


def test_integers_in_place_of_weights_are_refused(make_random, save_official):
    name = "backbone.blocks.1.norm1.weight"
    path = save_official(make_random("coco", ffn="plain"), **{name: torch.ones(192).char()})
    with pytest.raises(CheckpointError, match=rf"of another kind \(1\): {name} torch\.int8"):
        load_model(path)


def test_differences_are_listed_together_by_the_files_names(make_random, official_names, tmp_path):
    weights = official_names(make_random("coco", "aic", "mpii"))
    del weights["associate_keypoint_heads.1.deconv_layers.0.weight"]
    weights["backbone.blocks.1.norm1.weight"] = torch.ones(5)
    weights |= {f"backbone.extra.{i:02}": torch.ones(1) for i in range(30)}
    torch.save({"state_dict": weights}, tmp_path / "odd.pth")
    with pytest.raises(CheckpointError) as caught:
        load_model(tmp_path / "odd.pth", tasks=["coco", "aic", "mpii"])
    message = str(caught.value)
    assert "odd.pth" in message
    assert "missing (1): associate_keypoint_heads.1.deconv_layers.0.weight" in message
    assert "unexpected (30): backbone.extra.{0-29}" in message
    assert "of another shape (1): backbone.blocks.1.norm1.weight [5] for [192]" in message
