"""Whose keypoints a checkpoint's decoders draw."""

import pytest
import torch

from vitpose_plus.checkpoints import inspect, load_model
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task
from vitpose_plus.skeletons import Skeleton

FIVE = Skeleton(
    name="five", keypoints=("a", "b", "c", "d", "e"), twins=(), limbs=(), sigmas=(0.1,) * 5
)


@pytest.mark.parametrize("stem", ["ap10k", "vitpose-b_ap10k", "AP10K-256x192"])
def test_a_files_name_tells_which_set_of_17_it_draws(stem, make_random, save_official, caplog):
    path = save_official(make_random("ap10k", ffn="plain"), f"{stem}.pth")
    assert inspect(path).config.tasks[0].name == "ap10k"
    assert not caplog.records


def test_17_keypoints_are_cocos_with_a_warning(make_random, save_official, caplog):
    path = save_official(make_random("ap10k", ffn="plain"), "best.pth")
    assert inspect(path).config.tasks[0].name == "coco"
    assert "ap10k" in caplog.text
    assert "apt36k" in caplog.text
    caplog.clear()
    assert inspect(path, tasks=["ap10k"]).config.tasks[0].name == "ap10k"
    assert not caplog.records


@pytest.mark.parametrize("name", ["aic", "mpii", "coco_wholebody"])
def test_a_set_told_by_its_number_alone_is_warned_of(name, make_random, save_official, caplog):
    path = save_official(make_random(name, ffn="plain"), "coco.pth")
    assert inspect(path).config.tasks[0].name == name
    assert f"taken for {name} by their number alone" in caplog.text
    caplog.clear()
    inspect(path, tasks=[name])
    inspect(path.rename(path.with_stem(name)))
    assert not caplog.records


def test_14_keypoints_are_aics_unless_the_name_says_crowdpose(make_random, save_official, caplog):
    path = save_official(make_random("crowdpose", ffn="plain"), "best.pth")
    assert inspect(path).config.tasks[0].name == "aic"
    assert "taken for aic" in caplog.text
    assert "crowdpose has as many" in caplog.text
    caplog.clear()
    assert inspect(path, tasks=["crowdpose"]).config.tasks[0].name == "crowdpose"
    named = path.rename(path.with_stem("vitpose-b_CrowdPose_256x192"))
    assert inspect(named).config.tasks[0].name == "crowdpose"
    assert not caplog.records


def test_21_keypoints_are_interhands_and_others_order_is_warned_of(
    make_random, save_official, caplog
):
    path = save_official(make_random("interhand", ffn="plain"), "best.pth")
    assert inspect(path).config.tasks[0].name == "interhand"
    assert "COCO-WholeBody-Hand, wrist first" in caplog.text


@pytest.mark.parametrize("stem", ["interhand", "ViTPose_base_interhand2d_all_256x192"])
def test_a_hands_checkpoint_is_known_by_its_name(stem, make_random, save_official, caplog):
    path = save_official(make_random("interhand", ffn="plain"), f"{stem}.pth")
    assert inspect(path).config.tasks[0].name == "interhand"
    assert not caplog.records


def test_keypoints_of_ones_own_must_be_said(make_random, save_official):
    model = make_random("coco", ffn="plain")
    model.heads[0].final_layer = torch.nn.Conv2d(32, 5, 1)
    path = save_official(model)
    with pytest.raises(CheckpointError, match=r"draws 5 keypoints.*tasks=\[Task"):
        load_model(path)
    found = load_model(path, tasks=[Task(name="mine", skeleton=FIVE)])
    assert found(torch.randn(1, 3, 64, 48), "mine").shape[1] == 5


def test_tasks_must_be_known_and_one_for_each_decoder(make_random, save_official):
    path = save_official(make_random("coco", "aic"))
    with pytest.raises(CheckpointError, match=r"2 decoders of 17, 14 .*tasks="):
        load_model(path)
    with pytest.raises(CheckpointError, match="no built-in set 'cocoa'"):
        load_model(path, tasks=["cocoa"])
    with pytest.raises(CheckpointError, match=r"2 decoders, but 1 tasks \(coco\)"):
        load_model(path, tasks=["coco"])


def test_a_decoder_too_narrow_for_its_task_is_refused(make_random, save_official):
    path = save_official(make_random("coco", "aic", "mpii"))
    with pytest.raises(CheckpointError, match=r"mpii has 16 keypoints, its decoder draws 14"):
        load_model(path, tasks=["coco", "mpii", "aic"])


def test_a_single_decoder_that_is_too_wide_is_refused(make_random, save_official):
    path = save_official(make_random("coco", ffn="plain"))
    with pytest.raises(CheckpointError, match=r"aic has 14 keypoints, its decoder draws 17"):
        load_model(path, tasks=["aic"])
