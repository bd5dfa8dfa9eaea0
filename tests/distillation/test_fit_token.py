import logging
import shutil
from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints import save_model
from vitpose_plus.distillation.config import TokenOptimisation
from vitpose_plus.distillation.fit_token import learn_token
from vitpose_plus.distillation.material import Material
from vitpose_plus.distillation.token import KnowledgeToken, load_token, save_token
from vitpose_plus.engine.history import HISTORY, read_history
from vitpose_plus.engine.world import World
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models.config import AttentionPattern

FAST = TokenOptimisation(learning_rate=0.1, schedule="steps", milestones=())


@pytest.fixture
def unseen(toy_split):
    """Two sets, and other pictures of both to be judged by."""
    return Material(
        [toy_split("coco", 7), toy_split("mpii", 5)],
        [toy_split("coco", 3, seed=1), toy_split("mpii", 2, seed=1)],
    )


def test_a_token_lowers_its_teachers_loss_on_pictures_it_never_saw(token_job, unseen):
    job = token_job("coco", "mpii", epochs=6, validate_every=3, optimisation=FAST)
    weights = (job.distillation.teacher / "model.safetensors").read_bytes()
    fitted = learn_token(job, unseen, World())
    worth = fitted.held_out
    assert worth.with_token < 0.998 * worth.without_token
    mean = (3 * worth.tasks_with_token["coco"] + 2 * worth.tasks_with_token["mpii"]) / 5
    assert worth.with_token == pytest.approx(mean)
    assert (job.distillation.teacher / "model.safetensors").read_bytes() == weights

    token = load_token(fitted.token, job.distillation.teacher)
    assert token.values.shape == (1, 1, 96)
    assert token.record.held_out == worth
    assert token.record.best_epoch == fitted.best_epoch == 5
    assert token.record.tasks == ("coco", "mpii")
    assert load_token(fitted.last).record.held_out is None

    lines = [line.metrics for line in read_history(job.folder / "history.jsonl")]
    scores = [metrics["score"] for metrics in lines if "score" in metrics]
    assert scores[-1] == pytest.approx(1 - worth.with_token / worth.without_token)
    assert scores[0] < scores[-1]


def test_one_seed_gives_one_token(token_job, unseen, tmp_path):
    job = token_job("coco", "mpii", epochs=1)
    found = [
        load_token(learn_token(replace(job, folder=tmp_path / name), unseen, World()).token).values
        for name in ("first", "second")
    ]
    assert found[0].equal(found[1])


def test_a_finished_token_is_not_learned_again(token_job, unseen, tmp_path, caplog):
    job = token_job("coco", "mpii", epochs=1)
    first = learn_token(job, unseen, World())
    written = times(job.folder)
    # Where the teacher lies decides nothing.
    shutil.copytree(job.distillation.teacher, tmp_path / "elsewhere")
    job = replace(job, distillation=replace(job.distillation, teacher=tmp_path / "elsewhere"))
    with caplog.at_level(logging.INFO):
        assert learn_token(job, unseen, World()) == first
    assert f"{job.folder}: this very training is done" in caplog.text
    assert times(job.folder) == written


def times(folder):
    """When each file was written, but for the history, which is opened again."""
    files = [path for path in folder.rglob("*") if path.name not in (HISTORY, ".training.lock")]
    return {path: path.stat().st_mtime_ns for path in files if path.is_file()}


def longer(job):
    recipe = replace(job.distillation.token, epochs=2)
    return replace(job, distillation=replace(job.distillation, token=recipe))


def of_another_seed(job):
    return replace(job, seed=1)


def read_otherwise(job):
    return replace(job, distillation=replace(job.distillation, teacher_tasks=("coco", "mpii")))


@pytest.mark.parametrize("other", [longer, of_another_seed, read_otherwise])
def test_a_token_of_another_training_is_learned_anew(token_job, unseen, other):
    job = token_job("coco", "mpii", epochs=1)
    first = load_token(learn_token(job, unseen, World()).token).record
    fitted = learn_token(other(job), unseen, World())
    assert fitted.seconds > 0
    assert load_token(fitted.token).record.fingerprint != first.fingerprint


@pytest.mark.parametrize("fault", ["not measured", "not whole"])
def test_a_token_that_is_not_whole_is_learned_anew(token_job, unseen, fault):
    job = token_job("coco", "mpii", epochs=1)
    first = learn_token(job, unseen, World())
    token = load_token(first.token)
    if fault == "not whole":
        (first.token / "token.safetensors").unlink()
    else:
        unmeasured = replace(token.record, best_epoch=None, held_out=None)
        save_token(KnowledgeToken(token.values, unmeasured), first.token)
    fitted = learn_token(job, unseen, World())
    assert fitted.seconds > 0
    again = load_token(fitted.token)
    assert torch.equal(again.values, token.values)
    assert again.record == token.record


def test_a_teacher_with_windows_can_take_no_token(token_job, make_model, unseen):
    job = token_job("coco", "mpii")
    windows = AttentionPattern(kind="window", window=(2, 3))
    save_model(make_model("coco", "mpii", attention=windows), job.distillation.teacher)
    with pytest.raises(CheckpointError, match=r"attention of kind 'window'.*loss: output"):
        learn_token(job, unseen, World())
    assert not job.folder.exists()


def test_a_teacher_without_the_students_task_is_refused_before_any_training(
    token_job, make_student, unseen
):
    job = replace(token_job("coco", "aic"), student=make_student("coco", "mpii").config)
    with pytest.raises(CheckpointError, match="no one teaches mpii"):
        learn_token(job, unseen, World())
    assert not job.folder.exists()
