import hashlib
from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints import load_model, save_model
from vitpose_plus.distillation.config import Distillation
from vitpose_plus.distillation.teacher import load_teacher, of_tasks, weights_sha256
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task
from vitpose_plus.skeletons import SKELETONS


def tasks(*names):
    return tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)


@pytest.mark.parametrize(
    "ffn", ["plain", "partially_shared", "independent", "shared_and_independent"]
)
def test_fewer_tasks_in_another_order_draw_what_they_drew(make_model, ffn):
    model = make_model("coco", "aic", "mpii", "coco_wholebody", ffn=ffn).eval()
    fewer = of_tasks(model, tasks("coco_wholebody", "aic"))
    images = torch.randn(3, 3, 64, 48)
    found = fewer.by_task(images, torch.tensor([1, 0, 1]))
    assert found[0].shape[:2] == (1, 133)
    assert found[1].shape[:2] == (2, 14)
    torch.testing.assert_close(found[0], model(images[1:2], "coco_wholebody"))
    torch.testing.assert_close(found[1], model(images[0::2], "aic"))
    assert not torch.allclose(found[1], model(images[0::2], "mpii")[:, :14], rtol=0.1)


def test_the_teacher_is_frozen_and_in_evaluation_mode(make_teacher, make_student):
    student = make_student("mpii")
    teacher = load_teacher(Distillation(teacher=make_teacher("coco", "mpii")), student.config)
    assert not teacher.training
    assert not any(parameter.requires_grad for parameter in teacher.parameters())
    assert [task.name for task in teacher.config.tasks] == ["mpii"]


def test_a_plain_teacher_of_one_task_serves(make_teacher, make_student, same_heatmaps):
    folder = make_teacher("coco", ffn="plain")
    teacher = load_teacher(Distillation(teacher=folder), make_student("coco").config)
    same_heatmaps(teacher, load_model(folder), "coco")


def test_a_teacher_of_another_input_size_is_loaded_at_the_students(make_teacher, make_student):
    folder = make_teacher("coco", input_size=(96, 64))
    student = make_student("coco")
    teacher = load_teacher(Distillation(teacher=folder), student.config)
    assert teacher.config.input_size == (64, 48)
    assert teacher(torch.randn(1, 3, 64, 48), "coco").shape == (1, 17, 16, 12)


def test_heatmaps_of_another_width_are_no_target(make_teacher, make_student):
    folder, student = make_teacher("coco", sigma=3.0), make_student("coco").config
    with pytest.raises(CheckpointError, match=r"sigma 3, .* to draw 2.*student.sigma: 3"):
        load_teacher(Distillation(teacher=folder), student)
    token_alone = load_teacher(Distillation(teacher=folder, loss="token"), student)
    assert token_alone.config.sigma == 3


def test_a_missing_expert_names_both_lists(make_teacher, make_student):
    folder = make_teacher("coco", "aic")
    with pytest.raises(
        CheckpointError, match=r"coco, aic.* coco, mpii: no one teaches mpii"
    ) as told:
        load_teacher(Distillation(teacher=folder), make_student("coco", "mpii").config)
    assert str(folder) in str(told.value)


def test_other_keypoints_of_the_same_name_are_refused(make_model, make_student, tmp_path):
    skeleton = SKELETONS["coco"]
    swapped = (skeleton.keypoints[1], skeleton.keypoints[0], *skeleton.keypoints[2:])
    config = replace(
        make_student("coco").config,
        tasks=(Task(name="coco", skeleton=replace(skeleton, keypoints=swapped)),),
    )
    save_model(make_model("coco"), tmp_path / "teacher")
    with pytest.raises(CheckpointError, match=r"coco: the teacher's 17 keypoints .*nose, left_eye"):
        load_teacher(Distillation(teacher=tmp_path / "teacher"), config)


def test_a_teacher_is_known_by_the_sum_of_its_file(make_teacher):
    folder = make_teacher("coco")
    file = folder / "model.safetensors"
    assert weights_sha256(folder) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert weights_sha256(file) == weights_sha256(folder)


def test_every_shard_of_a_teacher_counts(tmp_path):
    for name in ("a.safetensors", "b.safetensors"):
        (tmp_path / name).write_bytes(name.encode())
    before = weights_sha256(tmp_path)
    (tmp_path / "b.safetensors").write_bytes(b"other")
    assert weights_sha256(tmp_path) != before


def test_a_folder_without_weights_is_no_teacher(tmp_path):
    with pytest.raises(CheckpointError, match="has no weights"):
        weights_sha256(tmp_path)
