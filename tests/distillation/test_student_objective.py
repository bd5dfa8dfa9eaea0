import pytest
import torch

from vitpose_plus.checkpoints import load_model
from vitpose_plus.distillation.config import Distillation
from vitpose_plus.distillation.projection import give_token
from vitpose_plus.distillation.student_objective import StudentObjective
from vitpose_plus.distillation.teacher import load_teacher
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.geometry import normalise
from vitpose_plus.heatmaps import encode
from vitpose_plus.models.cost import mean_multiply_adds

LOSSES = ("none", "token", "output", "token_output")
NAMES = ("coco", "aic", "mpii", "coco_wholebody")


@pytest.fixture
def make_objective(make_teacher, make_student, toy_split):
    """An objective, and its student as it was before a token came to it."""

    def make(loss, *names, token=None):
        names = names or ("coco", "mpii")
        student, plain = make_student(*names), make_student(*names)
        plain.load_state_dict(student.state_dict())
        taught = Distillation(teacher=make_teacher(*reversed(names)), loss=loss)
        teacher = load_teacher(taught, student.config) if taught.uses_heatmaps else None
        if taught.uses_token:
            give_token(student, token if token is not None else torch.randn(1, 1, 96))
        splits = [toy_split(name, 4) for name in names]
        return StudentObjective(student, teacher, splits).train(), plain.train()

    return make


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_is_the_papers(make_objective, batch_of, loss, tmp_path):
    token = torch.randn(1, 2, 96)
    objective, plain = make_objective(loss, token=token)
    batch = batch_of(objective.splits)
    found = objective(batch)
    images, knowledge = normalise(batch.picture), None
    if "token" in loss:
        (projection,) = (p for p in objective.network.parameters() if p.shape == (64, 96))
        knowledge = token @ projection.T
    original = load_model(tmp_path / "teacher") if "output" in loss else None
    truth = taught = 0.0
    for task, own in plain.by_task(images, batch.task, knowledge).items():
        mine, points = batch.task == task, own.shape[1]
        labels = batch.keypoints[mine, :points], batch.visibility[mine, :points]
        target, weight = encode(*labels, objective.codec)
        size = points * len(batch.task)
        truth += ((own - target).square().mean(dim=(2, 3)) * weight).sum().item() / size
        if original is not None:
            theirs = original(images[mine], objective.network.config.tasks[task].name)
            taught += (own - theirs).square().mean(dim=(2, 3)).sum().item() / size
    assert found.total.item() == pytest.approx(truth + taught, rel=1e-5)
    means = {name: total.item() / count for name, (total, count) in found.parts.items()}
    assert means["loss_truth"] == pytest.approx(truth, rel=1e-5)
    assert means.get("loss_teacher", 0.0) == pytest.approx(taught, rel=1e-5)
    assert ("loss_teacher" in means) == ("output" in loss)


@pytest.mark.parametrize("loss", ("token", "token_output"))
@pytest.mark.parametrize("width", (64, 96))
def test_the_token_stays_as_it_is_while_all_else_learns(make_objective, batch_of, loss, width):
    token = torch.randn(1, 1, width)
    objective, _ = make_objective(loss, token=token)
    optimiser = torch.optim.AdamW(objective.parameter_groups(Optimisation(), 1e-2))
    before = {name: w.clone() for name, w in objective.network.state_dict().items()}
    for _ in range(3):
        objective(batch_of(objective.splits)).total.backward()
        optimiser.step()
        optimiser.zero_grad()
    after = objective.network.state_dict()
    still = {name for name, weight in before.items() if torch.equal(after[name], weight)}
    (frozen,) = (name for name in still if "knowledge_token" in name)
    assert torch.equal(after[frozen], token)
    assert len(still) == 1
    if width == 64:
        assert torch.equal(objective.network.backbone.knowledge_token, token)


def test_no_gradient_and_no_statistic_reaches_the_teacher(make_objective, batch_of):
    objective, _ = make_objective("token_output")
    before = {name: w.clone() for name, w in objective.teacher.state_dict().items()}
    objective.train()
    objective(batch_of(objective.splits)).total.backward()
    assert all(parameter.grad is None for parameter in objective.teacher.parameters())
    after = objective.teacher.state_dict()
    assert all(torch.equal(after[name], weight) for name, weight in before.items())
    assert not any(module.training for module in objective.teacher.modules())
    assert objective.network.training


def test_unequal_heads_learn_from_unequal_heads_in_another_order(make_objective, batch_of):
    """The official loop pads targets to 133 points and crashes on narrower decoders."""
    objective, _ = make_objective("token_output", *NAMES)
    assert [task.name for task in objective.teacher.config.tasks] == list(NAMES)
    found = objective(batch_of(objective.splits, each=1))
    found.total.backward()
    assert {f"loss_{name}" for name in NAMES} <= found.parts.keys()
    for head, points in zip(objective.network.heads, (17, 14, 16, 133), strict=True):
        assert head.final_layer.weight.grad.shape[0] == points
        assert head.final_layer.weight.grad.abs().max() > 0


@pytest.mark.parametrize("loss", LOSSES)
def test_every_weight_that_learns_has_a_gradient_whatever_the_batch(make_objective, batch_of, loss):
    objective, _ = make_objective(loss)
    objective(batch_of(objective.splits[:1])).total.backward()
    learning = [p for p in objective.network.parameters() if p.requires_grad]
    assert all(parameter.grad is not None for parameter in learning)
    grouped = objective.parameter_groups(Optimisation(), 1e-3)
    assert sum(len(group["params"]) for group in grouped) == len(learning)


@pytest.mark.parametrize("width", (64, 96))
def test_what_is_written_needs_no_teacher(make_objective, same_heatmaps, tmp_path, width):
    objective, _ = make_objective("token", token=5 * torch.randn(1, 1, width))
    objective.write(objective.network.state_dict(), tmp_path / "best")
    student = load_model(tmp_path / "best")
    assert student.config.knowledge_tokens == 1
    same_heatmaps(student, objective.network.eval(), "mpii")


def test_a_teachers_pass_costs_a_third_of_a_step_of_its_own(make_objective):
    objective, plain = make_objective("output")
    teacher = mean_multiply_adds(objective.teacher.config)
    assert objective.multiply_adds == mean_multiply_adds(plain.config) + teacher // 3
