import pytest
import torch

from vitpose_plus.checkpoints import load_model, save_model
from vitpose_plus.distillation.projection import Projection, give_token, with_own_token
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import Size
from vitpose_plus.models.config import AttentionPattern
from vitpose_plus.models.folding import with_weights
from vitpose_plus.training.optimiser import parameter_groups


def test_a_token_as_wide_as_the_student_is_taken_bit_for_bit(make_student):
    student, token = make_student("coco"), torch.randn(1, 2, 64)
    give_token(student, token)
    assert torch.equal(student.backbone.knowledge_token, token)
    assert not student.backbone.knowledge_token.requires_grad
    assert torch.equal(student.state_dict()["backbone.knowledge_token"], token)
    assert student.config.knowledge_tokens == 2
    images = torch.randn(1, 3, 64, 48)
    plain = make_student("coco")
    plain.load_state_dict(student.state_dict(), strict=False)
    torch.testing.assert_close(
        student.eval()(images, "coco"), plain.eval()(images, "coco", knowledge=token)
    )


def test_a_wider_token_is_projected(make_student):
    student, token = make_student("coco"), torch.randn(1, 2, 96)
    give_token(student, token)
    names = {name for name, p in student.named_parameters() if "knowledge" in name}
    learned = {name for name, p in student.named_parameters() if p.requires_grad} & names
    assert len(names) == 2
    assert len(learned) == 1
    weight = dict(student.named_parameters())[learned.pop()]
    wanted = torch.einsum("sc,btc->bts", weight, token)
    torch.testing.assert_close(student.backbone.knowledge_token, wanted)
    assert student.backbone.knowledge_token.shape == (1, 2, 64)


def test_a_projection_learns_at_the_full_rate_and_is_not_decayed(make_student):
    student = make_student("coco")
    before = parameter_groups(student, Optimisation(), rate=1.0)
    give_token(student, torch.randn(1, 1, 96))
    (projection,) = (p for p in student.parameters() if p.shape == (64, 96))
    for group in parameter_groups(student, Optimisation(), rate=1.0):
        own = next(g for g in before if g["name"] == group["name"])
        added = {id(p) for p in group["params"]} - {id(p) for p in own["params"]}
        if added:
            assert added == {id(projection)}
            found = group
    assert (found["lr"], found["weight_decay"]) == (1.0, 0.0)


def test_a_projected_token_folded_into_the_student_draws_the_same(
    make_student, same_heatmaps, tmp_path
):
    student = make_student("coco", "aic").eval()
    give_token(student, 5 * torch.randn(1, 1, 96))
    folded = with_weights(student.config, with_own_token(student.state_dict()))
    save_model(folded, tmp_path / "student")
    loaded = load_model(tmp_path / "student")
    same_heatmaps(loaded, student, "aic")
    assert loaded.backbone.knowledge_token.shape == (1, 1, 64)
    images = torch.randn(2, 3, 64, 48)
    nothing = loaded(images, "aic", knowledge=torch.empty(1, 0, 64))
    assert not torch.allclose(loaded(images, "aic"), nothing, rtol=1e-2)


def test_a_projection_keeps_the_size_of_a_channel():
    token = torch.randn(1, 500, 96)
    for width in (32, 96):
        projected = Projection(96, width)(token)
        assert projected.square().mean().item() == pytest.approx(1.0, abs=0.05)


def test_half_precision_projects_as_folding_does(make_student):
    student = make_student("coco")
    give_token(student, torch.randn(1, 1, 96))
    with torch.autocast("cpu", torch.bfloat16):
        token = student.backbone.knowledge_token
    folded = with_own_token(student.state_dict())["backbone.knowledge_token"]
    assert torch.equal(token, folded)


def test_a_student_that_can_take_no_token_is_told_why(make_student):
    windows = make_student("coco", attention=AttentionPattern(kind="window", window=(2, 3)))
    with pytest.raises(ConfigurationError, match="attention of kind 'window'"):
        give_token(windows, torch.randn(1, 1, 64))
    size = Size(width=64, depth=1, heads=2, hidden=64, expert_width=16, convolutions=True)
    with pytest.raises(ConfigurationError, match="convolutions"):
        give_token(make_student("coco", size=size), torch.randn(1, 1, 64))


def test_a_student_with_tokens_of_its_own_is_refused(make_student):
    with pytest.raises(ConfigurationError, match=r"knowledge_tokens 2: .*leave the key out"):
        give_token(make_student("coco", knowledge_tokens=2), torch.randn(1, 1, 64))
