import json

import pytest
import torch

from vitpose_plus import load_model, save_model
from vitpose_plus.errors import CheckpointError


def test_a_saved_model_gives_the_same_heatmaps(make_model, tmp_path):
    model = make_model("coco", "mpii").eval()
    save_model(model, tmp_path / "m")
    again = load_model(tmp_path / "m")
    images = torch.randn(1, 3, 64, 48)
    assert again.config == model.config
    assert torch.equal(again(images, "mpii"), model(images, "mpii"))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="nowhere"):
        load_model(tmp_path / "nowhere")


def test_weights_that_do_not_fit_are_listed(make_model, tmp_path):
    save_model(make_model("coco", "mpii"), tmp_path / "two")
    save_model(make_model("coco", ffn="plain"), tmp_path / "one")
    (tmp_path / "one" / "config.json").write_bytes((tmp_path / "two" / "config.json").read_bytes())
    with pytest.raises(
        CheckpointError, match=r"missing .*blocks\.\{0-5\}\.mlp\.experts\.\{0-1\}\.bias"
    ):
        load_model(tmp_path / "one")


def test_an_unknown_key_in_the_configuration_is_refused(make_model, tmp_path):
    save_model(make_model("coco"), tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    (tmp_path / "m" / "config.json").write_text(json.dumps(config | {"colour": 1}))
    with pytest.raises(CheckpointError, match="colour"):
        load_model(tmp_path / "m")


def test_saving_replaces_the_whole_folder(make_model, tmp_path):
    save_model(make_model("coco"), tmp_path / "m")
    (tmp_path / "m" / "README.md").touch()
    save_model(make_model("aic"), tmp_path / "m")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m"]
    assert not (tmp_path / "m" / "README.md").exists()


def test_a_folder_with_anything_else_is_left_alone(make_model, tmp_path, monkeypatch):
    (tmp_path / "thesis.txt").touch()
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, "."):
        with pytest.raises(CheckpointError, match=r"holds what is no model \(thesis\.txt\)"):
            save_model(make_model("coco"), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_others_may_read_the_weights_as_they_may_the_configuration(make_model, tmp_path):
    save_model(make_model("coco"), tmp_path / "m")
    modes = {path.stat().st_mode for path in (tmp_path / "m").iterdir()}
    assert len(modes) == 1


def test_a_knowledge_token_comes_back(make_model, tmp_path, same_heatmaps):
    model = make_model("coco", "mpii", knowledge_tokens=1).eval()
    save_model(model, tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert again.config == model.config
    assert torch.equal(again.backbone.knowledge_token, model.backbone.knowledge_token)
    same_heatmaps(again, model, "mpii")
    larger = load_model(tmp_path / "m", input_size=(96, 64))
    assert larger(torch.randn(1, 3, 96, 64), "coco").shape == (1, 17, 24, 16)


def test_a_configuration_of_before_there_were_knowledge_tokens_is_read(make_model, tmp_path):
    model = make_model("coco")
    save_model(model, tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    del config["knowledge_tokens"]
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    assert load_model(tmp_path / "m").config == model.config
