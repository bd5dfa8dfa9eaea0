"""Which grid a table of positions is for."""

import json

import pytest
import torch

from vitpose_plus.checkpoints import inspect, load_backbone, load_model, save_model
from vitpose_plus.checkpoints.grids import likely_grid
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models.positions import resize_positions


@pytest.mark.parametrize("size", [(256, 192), (192, 256), (64, 64)])
def test_a_stated_size_of_as_many_positions_is_taken_as_stored(
    size, make_random, save_official, same_heatmaps
):
    model = make_random("coco", ffn="plain", input_size=size)
    same_heatmaps(load_model(save_official(model), input_size=size), model, "coco")


@pytest.mark.parametrize("size", [(64, 48), (256, 192), (96, 96)])
def test_a_portrait_or_a_square_needs_no_size(size, make_random, save_official, same_heatmaps):
    model = make_random("coco", ffn="plain", input_size=size)
    same_heatmaps(load_model(save_official(model)), model, "coco")


def test_a_size_that_is_not_the_usual_one_of_its_count_is_warned_of(
    make_random, save_official, caplog
):
    path = save_official(make_random("coco", ffn="plain", input_size=(256, 192)), "coco.pth")
    found = load_model(path, input_size=(384, 128))
    assert found.config.input_size == (384, 128)
    assert "192 positions, usually of a grid of (16, 12): taken as they lie" in caplog.text
    caplog.clear()
    load_model(path, input_size=(256, 192))
    load_model(path, input_size=(64, 48))
    assert not caplog.records


def test_no_positions_are_of_no_grid():
    assert likely_grid(0) is None
    assert likely_grid(-1) is None


@pytest.mark.parametrize("table", [torch.ones(1, 0, 192), torch.ones(1, 13, 192).long()])
def test_a_table_of_no_positions_is_refused(table, make_random, save_official):
    model = make_random("coco", ffn="plain")
    path = save_official(model, **{"backbone.pos_embed": table})
    with pytest.raises(CheckpointError, match=r"backbone\.pos_embed is \[1, .*no table"):
        load_model(path)
    with pytest.raises(CheckpointError, match="no table"):
        load_backbone(model, path)


def test_another_grid_must_be_said(make_random, save_official, same_heatmaps):
    model = make_random("coco", ffn="plain", input_size=(64, 80))
    path = save_official(model)
    with pytest.raises(CheckpointError, match=r"20 positions.*say input_size="):
        load_model(path)
    same_heatmaps(load_model(path, input_size=(64, 80)), model, "coco")


@pytest.mark.parametrize("ours", [True, False])
def test_positions_are_resized_for_another_size(ours, make_random, save_official, tmp_path):
    model = make_random("coco", ffn="plain")
    path = tmp_path / "m"
    if ours:
        save_model(model, path)
    else:
        path = save_official(model)
    found = load_model(path, input_size=(96, 64))
    wanted = resize_positions(model.backbone.pos_embed, (4, 3), (6, 4))
    torch.testing.assert_close(found.backbone.pos_embed, wanted)
    assert found(torch.randn(1, 3, 96, 64), "coco").shape == (1, 17, 24, 16)


def test_768_positions_are_512x384_unless_a_ratio_is_said(make_random, tmp_path, same_heatmaps):
    model = make_random("coco", ffn="plain", decoder="simple", ratio=2, input_size=(256, 192))
    torch.save(model.state_dict(), tmp_path / "w.pth")
    assert inspect(tmp_path / "w.pth").config.input_size == (512, 384)
    found = load_model(tmp_path / "w.pth", ratio=2)
    assert found.config.input_size == (256, 192)
    same_heatmaps(found, model, "coco")


def test_a_table_that_is_not_of_the_stated_size_is_told(make_random, tmp_path):
    save_model(make_random("coco", ffn="plain"), tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    (tmp_path / "m" / "config.json").write_text(json.dumps(config | {"input_size": [64, 64]}))
    with pytest.raises(CheckpointError, match=r"12 positions, but an input_size of \(64, 64\)"):
        load_model(tmp_path / "m")
