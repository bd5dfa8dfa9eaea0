import json

import pytest

from vitpose_plus.checkpoints import load_config, load_model


def test_an_onnx_file_is_told_by_its_ending(vitpose, saved, tmp_path):
    told = vitpose("convert", saved, tmp_path / "a.onnx", "--task", "mpii")
    assert told.exit_code == 0
    size = (tmp_path / "a.onnx").stat().st_size / 1e6
    assert told.stdout == f"{tmp_path / 'a.onnx'}: onnx, {size:.1f} MB\n"
    steps = told.stderr.splitlines()
    assert steps[:2] == [f"reading {saved}", f"writing {tmp_path / 'a.onnx'} as onnx"]
    assert "of the maximum apart" in steps[2]


@pytest.mark.parametrize("experts", [[], ["--experts"]])
def test_a_transformers_folder_gives_the_same_heatmaps(
    experts, vitpose, saved, same_heatmaps, tmp_path
):
    target = tmp_path / "theirs"
    told = vitpose("convert", saved, target, "--to", "huggingface", "--task", "mpii", *experts)
    assert told.exit_code == 0, told.stderr
    config = json.loads((target / "config.json").read_text())
    assert config["backbone_config"]["num_experts"] == (2 if experts else 1)
    same_heatmaps(load_model(target), load_model(saved), "mpii")


def test_our_folder_keeps_all_tasks(vitpose, saved, tmp_path):
    told = vitpose("convert", saved, tmp_path / "ours", "--to", "native", "--input-size", "96x64")
    assert told.exit_code == 0
    config = load_config(tmp_path / "ours")
    assert (config.input_size, len(config.tasks)) == ((96, 64), 2)


def test_a_named_task_is_folded(vitpose, saved, same_heatmaps, tmp_path):
    told = vitpose("convert", saved, tmp_path / "ours", "--to", "native", "--task", "mpii")
    assert told.exit_code == 0
    assert load_config(tmp_path / "ours").ffn == "plain"
    same_heatmaps(load_model(tmp_path / "ours"), load_model(saved), "mpii")


def test_what_exists_is_replaced_only_by_force(vitpose, saved, tmp_path):
    arguments = ["convert", saved, saved, "--to", "native", "--task", "mpii"]
    told = vitpose(*arguments)
    assert told.exit_code == 1
    assert told.stderr == f"Error: {saved} exists: --force replaces it\n"
    assert len(load_config(saved).tasks) == 2
    assert vitpose(*arguments, "--force").exit_code == 0
    assert len(load_config(saved).tasks) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ours"], "--to is needed"),
        (["a.onnx", "--experts"], "--experts is for huggingface"),
        (["a.onnx", "--task", "aic"], "this model serves coco, mpii"),
        (["a.onnx"], "one of coco, mpii"),
        (["ours", "--to", "native", "--tasks", "aic,mpii"], "contradicts the checkpoint"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(arguments, told, vitpose, saved, tmp_path):
    target, *options = arguments
    answer = vitpose("convert", saved, tmp_path / target, *options)
    assert answer.exit_code != 0
    assert told in answer.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["saved"]
