from dataclasses import replace

import pytest

from vitpose_plus.checkpoints import save_model
from vitpose_plus.distillation.fit_token import learn_token
from vitpose_plus.distillation.material import Material
from vitpose_plus.distillation.token import load_token
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.history import read_history
from vitpose_plus.engine.world import World
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models.config import AttentionPattern

FAST = Optimisation(learning_rate=0.1, milestones=())


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
