import pytest
import torch

from vitpose_plus.distillation.config import Distillation
from vitpose_plus.distillation.teacher import load_teacher
from vitpose_plus.distillation.token import TokenRecord, load_token
from vitpose_plus.distillation.token_objective import LearnedToken, TokenObjective, draw
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.geometry import normalise
from vitpose_plus.heatmaps import encode
from vitpose_plus.models.cost import mean_multiply_adds
from vitpose_plus.training.loss import heatmap_losses

RECORD = TokenRecord(
    teacher="teacher",
    teacher_sha256="0",
    teacher_heads=None,
    teacher_tasks=None,
    tokens=2,
    width=96,
    tasks=("coco", "coco_wholebody"),
    input_size=(64, 48),
    seed=0,
    epochs=1,
    fingerprint="",
)


@pytest.fixture
def objective(make_teacher, make_student, toy_split):
    student = make_student("coco", "coco_wholebody").config
    teacher = load_teacher(
        Distillation(teacher=make_teacher("coco_wholebody", "aic", "coco")), student
    )
    splits = [toy_split("coco"), toy_split("coco_wholebody", 4)]
    token = LearnedToken(2, 96)
    torch.nn.init.normal_(token.token)
    return TokenObjective(teacher, token, splits, RECORD).train()


def test_only_the_token_has_a_gradient_and_the_teacher_stays_as_it_is(objective, batch_of):
    before = {name: w.clone() for name, w in objective.teacher.state_dict().items()}
    optimiser = torch.optim.AdamW(objective.parameter_groups(Optimisation(), 1e-2))
    for _ in range(3):
        objective(batch_of(objective.poses.splits)).total.backward()
        assert all(parameter.grad is None for parameter in objective.teacher.parameters())
        assert objective.network.token.grad.abs().max() > 0
        optimiser.step()
    after = objective.teacher.state_dict()
    assert all(torch.equal(after[name], weight) for name, weight in before.items())
    assert not objective.teacher.training


def test_the_gradient_is_that_of_finite_differences_in_float64(objective, batch_of):
    batch = batch_of(objective.poses.splits)
    objective(batch).total.backward()
    gradient = objective.network.token.grad[0]
    exact = objective.teacher.double()
    images = normalise(batch.picture).double()

    def loss(token):
        total = 0.0
        for task, heatmaps in exact.by_task(images, batch.task, token).items():
            own, points = batch.task == task, heatmaps.shape[1]
            labels = batch.keypoints[own, :points], batch.visibility[own, :points]
            target, weight = encode(*labels, objective.poses.codec)
            error = (heatmaps - target).square().mean(dim=(2, 3)) * weight
            total += error.sum().item() / (points * len(batch.task))
        return total

    token, step = objective.network.token.detach().double(), 1e-5
    for at in ((0, 0), (0, 50), (1, 7), (1, 95)):
        moved = torch.zeros_like(token)
        moved[0][at] = step
        slope = (loss(token + moved) - loss(token - moved)) / (2 * step)
        assert gradient[at].item() == pytest.approx(slope, rel=1e-3, abs=1e-9)


def test_the_loss_is_the_teachers_beside_its_token(objective, batch_of):
    batch = batch_of(objective.poses.splits)
    found, token = objective(batch), objective.network.token.detach()
    drawn = (draw(objective.teacher, batch, own) for own in (token, None))
    with_token, without = (
        sum(heatmap_losses(own, batch, objective.poses.codec).values()) for own in drawn
    )
    assert found.total.item() == pytest.approx(with_token.item(), rel=1e-6)
    assert found.total.item() != pytest.approx(without.item(), rel=1e-5)
    assert found.parts.keys() == {"loss", "loss_truth", "loss_coco", "loss_coco_wholebody"}


def test_a_teacher_that_was_a_student_keeps_its_own_token(make_model, batch_of, toy_split):
    teacher = make_model("coco", knowledge_tokens=1).eval()
    torch.nn.init.normal_(teacher.backbone.knowledge_token)
    batch = batch_of([toy_split("coco")])
    more = torch.randn(1, 1, 192)
    both = torch.cat([teacher.backbone.knowledge_token, more], dim=1)
    images = normalise(batch.picture)
    torch.testing.assert_close(draw(teacher, batch, more)[0], teacher(images, "coco", both))
    torch.testing.assert_close(draw(teacher, batch, None)[0], teacher(images, "coco"))


def test_recomputed_blocks_give_the_same_gradient(objective, batch_of):
    batch, token = batch_of(objective.poses.splits), objective.network.token
    objective(batch).total.backward()
    kept, token.grad = token.grad, None
    objective.teacher.backbone.checkpointing = True
    objective(batch).total.backward()
    torch.testing.assert_close(token.grad, kept)


def test_the_networks_weights_are_the_token_alone(objective, tmp_path):
    weights = objective.network.state_dict()
    objective.write(weights, tmp_path / "best")
    saved = load_token(tmp_path / "best")
    assert torch.equal(saved.values, objective.network.token)
    assert saved.record == RECORD
    assert list(weights) == ["token"]


def test_the_token_is_not_decayed(objective):
    (group,) = objective.parameter_groups(Optimisation(weight_decay=0.1), 0.3)
    assert (group["lr"], group["weight_decay"]) == (0.3, 0.0)
    assert group["params"][0] is objective.network.token


def test_samples_are_named_by_their_records(objective, batch_of):
    names = objective.record_names(batch_of(objective.poses.splits, each=1))
    assert names == ["coco train 0 (0.png)", "coco_wholebody train 0 (0.png)"]


def test_a_step_costs_two_passes_of_the_teacher(objective):
    cost = mean_multiply_adds(objective.teacher.config)
    assert objective.multiply_adds == pytest.approx(2 / 3 * cost, rel=1e-6)
