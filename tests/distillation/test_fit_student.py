from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints import export_onnx, load_model
from vitpose_plus.distillation.fit_student import teach
from vitpose_plus.distillation.knowledge import load_knowledge
from vitpose_plus.distillation.material import Material
from vitpose_plus.distillation.token import load_token
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.history import read_history
from vitpose_plus.engine.world import World
from vitpose_plus.errors import CheckpointError, ConfigurationError
from vitpose_plus.evaluation.predict import predict
from vitpose_plus.models.config import AttentionPattern


def epochs(folder, name):
    lines = [line.metrics for line in read_history(folder / "history.jsonl")]
    return [metrics[name] for metrics in lines if "loss_epoch" in metrics]


@pytest.mark.parametrize("loss", ["none", "token", "output", "token_output"])
def test_every_arm_leaves_a_model_that_stands_alone(
    student_job, make_teacher, make_token, toy_split, material, tmp_path, loss
):
    splits = [toy_split("coco", 6), toy_split("mpii", 6)]
    teacher = make_teacher("mpii", "aic", "coco")
    token = make_token(teacher, "coco", "mpii")
    job = student_job(teacher, token, "coco", "mpii", loss=loss, epochs=1)
    fitted = teach(job, material(*splits), World())
    (tmp_path / "token").rename(tmp_path / "hidden")
    teacher.rename(tmp_path / "gone")
    student = load_model(fitted.best)
    assert student.config.knowledge_tokens == (1 if "token" in loss else 0)
    assert len(predict(student, splits, workers=0, progress=False)) == 2
    assert len(epochs(job.folder, "loss_truth_epoch")) == 1


def test_a_token_as_wide_as_the_student_ends_in_it_bit_for_bit(
    student_job, make_teacher, make_token, make_student, toy_split, material
):
    teacher = make_teacher("coco", size=make_student("coco").config.size)
    token = make_token(teacher, "coco", width=64, tokens=2)
    job = student_job(teacher, token, "coco", loss="token", epochs=1)
    fitted = teach(job, material(toy_split("coco", 6)), World())
    found = load_model(fitted.best).backbone.knowledge_token
    assert torch.equal(found, load_token(token).values)


@pytest.mark.slow
def test_a_distilled_student_is_exported_with_its_token(
    student_job, make_teacher, make_token, toy_split, material, tmp_path
):
    pytest.importorskip("onnxruntime")
    teacher = make_teacher("coco")
    job = student_job(teacher, make_token(teacher, "coco"), "coco", loss="token", epochs=1)
    fitted = teach(job, material(toy_split("coco", 4)), World())
    export_onnx(load_model(fitted.best), tmp_path / "student.onnx")  # compares the heatmaps
    assert (tmp_path / "student.onnx").exists()


def test_a_run_shorter_than_the_warm_up_still_learns(
    student_job, make_teacher, make_token, toy_split, material
):
    """Users' complaint: a small data set's whole run lay inside the 500 steps of warm-up."""
    teacher = make_teacher("coco")
    recipe = Optimisation(learning_rate=5e-3, layer_decay=1.0, milestones=(), warmup_steps=500)
    job = student_job(
        *(teacher, make_token(teacher, "coco"), "coco"),
        loss="token",
        epochs=14,
        batch_size=6,
        validate_every=14,
        optimisation=recipe,
    )
    teach(job, material(toy_split("coco", 6)), World())
    rates = epochs(job.folder, "lr/above the blocks")
    assert max(rates) == pytest.approx(5e-3)
    assert rates.index(max(rates)) <= 3
    losses = epochs(job.folder, "loss_truth_epoch")
    assert losses[-1] < 0.7 * losses[0]


def test_arms_begin_with_the_same_weights(
    student_job, make_teacher, make_token, toy_split, material
):
    teacher = make_teacher("coco")
    token = make_token(teacher, "coco")
    still = Optimisation(learning_rate=1e-12, weight_decay=0.0)
    begun = []
    for loss in ("none", "token_output"):
        job = student_job(teacher, token, "coco", loss=loss, epochs=1, optimisation=still)
        begun.append(
            load_model(teach(job, material(toy_split("coco", 2, len(begun))), World()).last)
        )
    without, with_token = (dict(model.named_parameters()) for model in begun)
    assert with_token.keys() - without.keys() == {"backbone.knowledge_token"}
    for name, weight in without.items():
        torch.testing.assert_close(with_token[name], weight, msg=name)


def refused(job, error, match):
    with pytest.raises(error, match=match):
        teach(job, Material([], []), World())
    assert not job.folder.exists()


def test_a_loss_with_a_token_wants_one(student_job, make_teacher):
    job = student_job(make_teacher("coco"), None, "coco", loss="token")
    refused(job, ConfigurationError, "loss: token wants a knowledge token")


def test_another_teachers_token_is_refused(student_job, make_teacher, make_token):
    token = make_token(make_teacher("coco"), "coco")
    job = student_job(make_teacher("coco"), token, "coco", loss="token_output")
    refused(job, CheckpointError, "whose weights are others")


@pytest.mark.parametrize(
    ("learned", "message"),
    [
        ({"teacher_heads": 12}, "distillation.teacher_heads: 12, which is not given now"),
        ({"teacher_tasks": ("aic", "coco")}, "teacher_tasks: aic, coco, which is not given now"),
        ({"input_size": (96, 64)}, "pictures of 96 x 64 .* input_size is 64 x 48: train the token"),
    ],
)
def test_a_token_of_the_same_teacher_read_otherwise_is_refused(
    student_job, make_teacher, make_token, learned, message
):
    teacher = make_teacher("coco")
    token = make_token(teacher, "coco", **learned)
    refused(student_job(teacher, token, "coco", loss="token"), CheckpointError, message)


def test_a_token_learned_on_other_tasks_is_refused(student_job, make_teacher, make_token):
    teacher = make_teacher("coco", "mpii")
    job = student_job(teacher, make_token(teacher, "mpii"), "coco", loss="token")
    refused(job, CheckpointError, "learned on mpii, the student learns coco")


def test_a_teacher_without_the_task_is_refused(student_job, make_teacher):
    job = student_job(make_teacher("coco"), None, "coco", "aic", loss="output")
    refused(job, CheckpointError, "no one teaches aic")


def test_a_student_with_windows_can_take_no_token(
    student_job, make_teacher, make_token, make_student
):
    teacher = make_teacher("coco")
    job = student_job(teacher, make_token(teacher, "coco"), "coco", loss="token")
    windows = AttentionPattern(kind="window", window=(2, 3))
    student = replace(job.student, attention=windows)
    refused(replace(job, student=student), ConfigurationError, "attention of kind 'window'")


@pytest.mark.parametrize("loss", ["none", "output"])
def test_a_loss_without_a_token_does_not_look_for_one(student_job, tmp_path, loss):
    job = student_job(tmp_path, None, "coco", loss=loss)
    assert load_knowledge(job.distillation, None, job.student) is None
