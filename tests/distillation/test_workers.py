from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints import load_model
from vitpose_plus.distillation.fit_student import fit_student
from vitpose_plus.distillation.fit_token import fit_token
from vitpose_plus.distillation.job import FittedToken
from vitpose_plus.distillation.token import load_token
from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.launch import launch
from vitpose_plus.engine.world import World
from vitpose_plus.training.job import Fitted

STRATEGIES = ("ddp", "fsdp")


@pytest.fixture
def splits(ingested):
    """Two tasks of five and four samples in batches of four: a share often lacks one of them."""
    return ingested("coco", 5), ingested("mpii", 4)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_two_processes_learn_the_token_of_one(token_job, splits, tmp_path, strategy):
    job = replace(token_job("coco", "mpii", batch_size=4), train=splits, held_out=splits)
    alone = fit_token(job, World())
    spread = Launch(processes=2, strategy=strategy, restarts=0)
    recipe = replace(job.distillation.token, launch=spread)
    taught = replace(job.distillation, token=recipe)
    other = replace(job, distillation=taught, folder=tmp_path / "both")
    worker = "vitpose_plus.distillation.token_worker"
    both = launch(worker, other, spread, other.folder, FittedToken)
    expected = load_token(alone.token).values
    torch.testing.assert_close(load_token(both.token).values, expected, atol=1e-4, rtol=1e-3)
    assert both.held_out.with_token == pytest.approx(alone.held_out.with_token, rel=1e-5)
    assert both.held_out.without_token == pytest.approx(alone.held_out.without_token, rel=1e-6)


@pytest.mark.slow
def test_two_processes_take_the_token_that_one_has_finished(token_job, splits):
    job = replace(token_job("coco", "mpii", epochs=1), train=splits, held_out=splits)
    alone = fit_token(job, World())
    spread = Launch(processes=2, restarts=0)
    recipe = replace(job.distillation.token, launch=spread)
    other = replace(job, distillation=replace(job.distillation, token=recipe))
    worker = "vitpose_plus.distillation.token_worker"
    assert launch(worker, other, spread, job.folder, FittedToken) == alone


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_two_processes_teach_the_student_of_one(
    student_job, make_teacher, make_token, splits, tmp_path, strategy
):
    teacher = make_teacher("mpii", "coco")
    token = make_token(teacher, "coco", "mpii")
    job = student_job(teacher, token, "coco", "mpii", loss="token_output", batch_size=4)
    job = replace(job, train=splits, held_out=splits)
    alone = fit_student(job, World())
    spread = Launch(processes=2, strategy=strategy, restarts=0)
    recipe = replace(job.training, launch=spread)
    other = replace(job, training=recipe, folder=tmp_path / "both")
    worker = "vitpose_plus.distillation.student_worker"
    both = launch(worker, other, spread, other.folder, Fitted)
    expected = load_model(alone.last).state_dict()
    for name, weight in load_model(both.last).state_dict().items():
        torch.testing.assert_close(weight, expected[name], atol=1e-3, rtol=1e-3, msg=name)
