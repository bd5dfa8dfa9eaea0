import json

import pytest
import torch

from vitpose_plus.checkpoints import load_model
from vitpose_plus.models.cost import count


def test_a_checkpoint_is_described(vitpose, saved):
    told = vitpose("info", saved)
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert "input         64 x 48 pixels (height x width)" in lines
    assert "FFN           partially shared, 192 wide inside, 24 channels a task's own" in lines
    assert "tasks         coco             17 keypoints" in lines
    assert "              mpii             16 keypoints" in lines
    assert "left out" not in told.stdout


def test_json_says_the_same_in_numbers(vitpose, saved):
    told = json.loads(vitpose("info", saved, "--json", "--task", "mpii").stdout)
    model = load_model(saved)
    assert told["tasks"] == {"coco": 17, "mpii": 16}
    assert told["parameters"]["total"] == sum(p.numel() for p in model.parameters())
    assert told["compute"]["task"] == "mpii"
    assert told["compute"]["flops"] == count(model.config, "mpii").flops
    assert (told["size"], told["dimensions"]["width"]) == (None, 96)


def test_what_is_left_out_is_grouped_and_counted(vitpose, make_small, tmp_path):
    model = make_small("coco", "mpii")
    plain = model.for_task("mpii").state_dict()
    experts = {n: w for n, w in model.state_dict().items() if ".experts." in n}
    named = {n.replace("heads.0.", "keypoint_head."): w for n, w in plain.items()}
    torch.save({"state_dict": named | experts}, tmp_path / "mpii.pth")
    told = vitpose("info", tmp_path / "mpii.pth", "--heads", 3)
    assert told.exit_code == 0
    last = told.stdout.splitlines()[-2:]
    # Two blocks, two experts, weight and bias.
    assert last[0] == "left out      8 tensors of the checkpoint"
    assert last[1].split()[:2] == ["8", "expert"]


def test_a_hint_is_passed_on(vitpose, saved):
    told = json.loads(vitpose("info", saved, "--json", "--input-size", "96x64").stdout)
    assert (told["input_size"], told["grid"]) == ([96, 64], [6, 4])
    assert vitpose("info", saved, "--heads", 4).exit_code == 1


def test_a_size_is_a_member_of_the_family(vitpose):
    told = vitpose("info", "s")
    assert told.exit_code == 0
    assert told.stdout.startswith("format        ViTPose of the family\nsize          s: width 384")


def test_a_folder_goes_before_a_size_of_its_name(vitpose, saved, monkeypatch):
    saved.rename(saved.with_name("s"))
    monkeypatch.chdir(saved.parent)
    assert json.loads(vitpose("info", "s", "--json").stdout)["format"] == "vitpose_plus"


@pytest.mark.parametrize("source", ["saved", "b"])
def test_an_unknown_task_lists_those_there_are(source, vitpose, saved):
    told = vitpose("info", saved if source == "saved" else source, "--task", "aic")
    assert told.exit_code == 2
    assert "unknown task 'aic': this model serves coco" in told.stderr
