import json
import sys

import pytest
import torch
from safetensors.torch import load_file

from vitpose_plus.checkpoints import load_model
from vitpose_plus.checkpoints.huggingface import export_huggingface
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import Skeleton

FFNS = ["plain", "partially_shared", "independent", "shared_and_independent"]


def by_transformers(folder):
    from transformers import VitPoseForPoseEstimation

    peer, loading = VitPoseForPoseEstimation.from_pretrained(folder, output_loading_info=True)
    assert not any(loading.values())
    return peer.eval()


@pytest.mark.parametrize("decoder", ["classic", "simple"])
@pytest.mark.parametrize("ffn", FFNS)
def test_transformers_draws_the_same_from_a_folded_export(
    make_random, assert_draws_as, same_heatmaps, tmp_path, ffn, decoder
):
    names = ("aic",) if ffn == "plain" else ("coco", "aic")
    model = make_random(*names, ffn=ffn, decoder=decoder)
    export_huggingface(model, tmp_path / "out", "aic")
    assert_draws_as(model, by_transformers(tmp_path / "out"), "aic")
    back = load_model(tmp_path / "out")
    assert (back.config.ffn, back.config.tasks) == ("plain", model.config.tasks[-1:])
    same_heatmaps(back, model, "aic")


@pytest.mark.parametrize("decoder", ["classic", "simple"])
def test_transformers_draws_the_same_with_all_experts(
    make_random, assert_draws_as, same_heatmaps, tmp_path, decoder
):
    model = make_random("mpii", "coco", "ap10k", decoder=decoder)
    export_huggingface(model, tmp_path / "out", "ap10k", experts=True)
    assert_draws_as(model, by_transformers(tmp_path / "out"), "ap10k", 2)
    back = load_model(tmp_path / "out")
    assert (back.config.ffn, back.config.tasks) == ("partially_shared", model.config.tasks[2:])
    same_heatmaps(back, model, "ap10k")


@pytest.mark.slow
def test_all_of_a_small_one_goes_there_and_back(make_random, same_heatmaps, tmp_path):
    model = make_random("coco", size="s", ffn="plain", input_size=(256, 192))
    export_huggingface(model, tmp_path / "out")
    back = load_model(tmp_path / "out")
    assert back.config == model.config
    same_heatmaps(back, model, "coco")


def test_a_set_of_ones_own_comes_back(make_random, same_heatmaps, tmp_path):
    eyes = Skeleton(
        name="eyes",
        keypoints=("left_eye", "right_eye", "nose"),
        twins=(("left_eye", "right_eye"),),
        limbs=(("left_eye", "nose"), ("right_eye", "nose")),
        sigmas=(0.03, 0.03, 0.05),
        torso=("left_eye", "nose"),
    )
    size = make_random("coco").config.size
    task = Task(name="divers", skeleton=eyes)
    config = ViTPoseConfig(size=size, input_size=(64, 48), ffn="plain", tasks=(task,))
    model = ViTPose(config).eval()
    torch.nn.init.normal_(model.heads[0].final_layer.weight)
    torch.nn.init.normal_(model.heads[0].deconv_layers[0].weight)
    torch.nn.init.normal_(model.heads[0].deconv_layers[3].weight)
    export_huggingface(model, tmp_path / "out")
    back = load_model(tmp_path / "out")
    assert back.config.tasks == (task,)
    same_heatmaps(back, model, "divers")


def test_transformers_reads_the_keypoints_names_and_limbs(make_random, tmp_path):
    model = make_random("coco", ffn="plain", layer_norm_eps=1e-5)
    export_huggingface(model, tmp_path / "out")
    config = by_transformers(tmp_path / "out").config
    skeleton = model.config.tasks[0].skeleton
    assert config.num_labels == 17
    assert config.id2label == dict(enumerate(skeleton.keypoints))
    assert config.label2id["left_eye"] == 1
    assert [tuple(edge) for edge in config.edges] == skeleton.limb_index()
    assert config.backbone_config.layer_norm_eps == 1e-5
    assert list(config.backbone_config.image_size) == [64, 48]


def test_the_model_itself_is_not_altered(make_random, tmp_path):
    model = make_random("coco", "aic").to(torch.float64).train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    export_huggingface(model, tmp_path / "folded", "coco")
    export_huggingface(model, tmp_path / "whole", "coco", experts=True)
    assert model.training
    after = model.state_dict()
    assert all(torch.equal(after[name], weight) for name, weight in before.items())
    written = load_file(tmp_path / "whole" / "model.safetensors")
    assert {w.dtype for w in written.values() if w.is_floating_point()} == {torch.float32}


def test_a_model_that_is_not_the_same_there_leaves_nothing_behind(make_random, tmp_path):
    model = make_random("coco", ffn="plain")
    export_huggingface(model, tmp_path / "out")
    with torch.no_grad():
        model.heads[0].final_layer.bias[3] = float("nan")
    for name in ("out", "new"):
        with pytest.raises(CheckpointError, match="heatmaps differ by nan"):
            export_huggingface(model, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    by_transformers(tmp_path / "out")


def test_an_earlier_export_is_replaced_whole(make_random, assert_draws_as, tmp_path):
    export_huggingface(make_random("aic", ffn="plain"), tmp_path / "out")
    model = make_random("coco", ffn="plain")
    export_huggingface(model, tmp_path / "out")
    wanted = ["README.md", "config.json", "model.safetensors", "preprocessor_config.json"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == wanted
    assert_draws_as(model, by_transformers(tmp_path / "out"), "coco")


def test_a_folder_with_anything_else_is_left_alone(make_random, tmp_path, monkeypatch):
    (tmp_path / "thesis.txt").touch()
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, "."):
        with pytest.raises(CheckpointError, match=r"holds what is no model \(thesis\.txt\)"):
            export_huggingface(make_random("coco", ffn="plain"), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_task_must_be_one_of_the_models(make_random, tmp_path):
    model = make_random("coco", "aic")
    with pytest.raises(CheckpointError, match=r"one decoder: name the task .* coco, aic"):
        export_huggingface(model, tmp_path / "out")
    with pytest.raises(CheckpointError, match=r"unknown task 'mpii': name the task .* coco, aic"):
        export_huggingface(model, tmp_path / "out", "mpii")


def test_what_transformers_cannot_hold_is_refused_before_it_is_needed(
    make_random, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(CheckpointError, match="ratio 1"):
        export_huggingface(make_random("coco", ratio=2), tmp_path / "out")
    with pytest.raises(CheckpointError, match=r"install vitpose-plus\[export\]"):
        export_huggingface(make_random("coco"), tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_the_experts_order_stands_in_the_folder(make_random, tmp_path):
    export_huggingface(make_random("mpii", "coco"), tmp_path / "out", "coco", experts=True)
    own = json.loads((tmp_path / "out" / "config.json").read_text())["vitpose_plus"]
    assert [task["name"] for task in own["tasks"]] == ["mpii", "coco"]
    assert own["decoder"] == "coco"
