"""The official repository's files give the heatmaps of the model they were made from."""

import pytest
import torch

from vitpose_plus.checkpoints import inspect, load_model
from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.skeletons import SKELETONS

SPLIT_NAMES = ("coco", "aic", "mpii", "ap10k", "apt36k", "wholebody")


def split(weights: dict[str, torch.Tensor], task: int) -> dict[str, torch.Tensor]:
    """What `model_split.py` leaves of a ViTPose+ for one task: experts stay behind in all files.

    In coco.pth the associate heads stay behind too.
    """
    kept = dict(weights)
    for name in weights:
        if ".mlp.fc2." in name:
            own = weights[name.replace("fc2.", f"experts.{task}.")]
            kept[name] = torch.cat([weights[name], own])
    if task == 0:
        return kept
    own_head = f"associate_keypoint_heads.{task - 1}."
    for name in weights:
        if name.startswith("keypoint_head."):
            kept[name] = weights[name.replace("keypoint_head.", own_head)]
    rows = len(SKELETONS[OFFICIAL_ORDER[task]])
    for name in ("keypoint_head.final_layer.weight", "keypoint_head.final_layer.bias"):
        kept[name] = kept[name][:rows]
    return {n: w for n, w in kept.items() if not n.startswith("associate_keypoint_heads.")}


def widened(weights: dict[str, torch.Tensor], rows: int) -> dict[str, torch.Tensor]:
    """Every associated head draws so many rows, the first ones its own."""
    final = [n for n in weights if n.startswith("associate") and "final_layer" in n]
    return {
        n: torch.cat([weights[n], torch.randn(rows, *weights[n].shape[1:])])[:rows] for n in final
    }


@pytest.mark.parametrize("decoder", ["classic", "simple"])
def test_a_single_task_file_gives_the_same_heatmaps(
    decoder, make_random, save_official, same_heatmaps
):
    model = make_random("mpii", ffn="plain", decoder=decoder)
    found = load_model(save_official(model))
    assert found.config.decoder == decoder
    assert found.config.ffn == "plain"
    same_heatmaps(found, model, "mpii")


def test_a_plus_file_with_wide_decoders_gives_every_task_its_heatmaps(
    make_random, official_names, save_official, same_heatmaps
):
    model = make_random(*OFFICIAL_ORDER)
    wide = widened(official_names(model), rows=133)
    path = save_official(model, **wide)
    found = load_model(path)
    assert found.config == model.config
    for task in OFFICIAL_ORDER:
        same_heatmaps(found, model, task)
    inspection = inspect(path)
    assert inspection.format == "official ViTPose+"
    cut_rows = inspection.left_out["associate_keypoint_heads.0.final_layer.weight[14:]"]
    assert cut_rows == "rows beyond the 14 keypoints of aic"
    # aic, mpii, ap10k and apt36k: their weights and biases.
    assert len(inspection.left_out) == 8


@pytest.mark.parametrize("task", range(6))
def test_each_file_of_the_split_gives_its_tasks_heatmaps(
    task, make_random, official_names, tmp_path, same_heatmaps
):
    model = make_random(*OFFICIAL_ORDER)
    path = tmp_path / f"{SPLIT_NAMES[task]}.pth"
    weights = official_names(model)
    weights |= widened(weights, rows=133)
    torch.save({"state_dict": split(weights, task), "meta": {"epoch": 210}}, path)
    found = load_model(path)
    assert [each.name for each in found.config.tasks] == [OFFICIAL_ORDER[task]]
    assert found.config.ffn == "plain"
    same_heatmaps(found, model, OFFICIAL_ORDER[task])


def test_what_the_split_left_behind_is_told_with_its_reason(
    make_random, official_names, tmp_path, caplog
):
    weights = split(official_names(make_random(*OFFICIAL_ORDER)), 0)
    torch.save({"state_dict": weights}, tmp_path / "coco.pth")
    inspection = inspect(tmp_path / "coco.pth")
    assert inspection.format == "official ViTPose, split from a ViTPose+"
    assert set(inspection.left_out) == {n for n in weights if "experts" in n or "associate" in n}
    with caplog.at_level("INFO"):
        load_model(tmp_path / "coco.pth")
    # Two blocks of six experts with weight and bias; five decoders of fourteen tensors.
    assert "24 tensors left out: expert that the split tool left behind" in caplog.text
    assert "70 tensors left out: decoder of another task" in caplog.text


def test_the_files_name_tells_a_wide_decoders_task(
    make_random, official_names, tmp_path, same_heatmaps
):
    model = make_random(*OFFICIAL_ORDER)
    weights = split(official_names(model), 0)
    for part in ("weight", "bias"):
        own = weights[f"keypoint_head.final_layer.{part}"]
        rest = torch.randn(133 - 17, *own.shape[1:])
        weights[f"keypoint_head.final_layer.{part}"] = torch.cat([own, rest])
    torch.save({"state_dict": weights}, tmp_path / "coco.pth")
    same_heatmaps(load_model(tmp_path / "coco.pth"), model, "coco")


def test_parallel_names_and_a_bare_file_are_read(
    make_random, official_names, tmp_path, same_heatmaps
):
    model = make_random("coco", ffn="plain")
    weights = {f"module.{name}": w for name, w in official_names(model).items()}
    torch.save(weights, tmp_path / "bare.pth")
    same_heatmaps(load_model(tmp_path / "bare.pth"), model, "coco")


def test_a_file_without_counts_of_batches_is_read(
    make_random, official_names, tmp_path, same_heatmaps
):
    model = make_random("coco", ffn="plain")
    weights = {n: w for n, w in official_names(model).items() if "num_batches" not in n}
    torch.save({"state_dict": weights}, tmp_path / "old.pth")
    same_heatmaps(load_model(tmp_path / "old.pth"), model, "coco")


def test_weights_by_our_own_names_are_read_from_a_bare_file(make_random, tmp_path, same_heatmaps):
    model = make_random("coco", ffn="plain")
    torch.save(model.state_dict(), tmp_path / "ours.pt")
    same_heatmaps(load_model(tmp_path / "ours.pt"), model, "coco")
