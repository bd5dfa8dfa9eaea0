from dataclasses import replace

import pytest
from safetensors.torch import save_file

from vitpose_plus.distillation.config import Distillation
from vitpose_plus.distillation.lesson import lesson
from vitpose_plus.distillation.token import load_token


@pytest.fixture
def taught(make_teacher, make_token):
    """Everything that a teacher can give, and the token's folder."""
    teacher = make_teacher("coco", "mpii")
    return Distillation(teacher=teacher), make_token(teacher, "coco", "mpii")


@pytest.mark.parametrize("hint", [{"teacher_heads": 3}, {"teacher_tasks": ("mpii", "coco")}])
def test_the_same_weights_read_otherwise_are_another_lesson(taught, hint):
    distillation, token = taught
    assert lesson(replace(distillation, **hint), token) != lesson(distillation, token)


def test_other_weights_and_another_token_are_other_lessons(taught, make_teacher):
    distillation, token = taught
    first = lesson(distillation, token)
    save_file({"token": load_token(token).values + 1}, token / "token.safetensors")
    second = lesson(distillation, token)
    make_teacher("coco", "mpii")
    third = lesson(distillation, token)
    assert first.teacher == second.teacher != third.teacher
    assert first.token != second.token == third.token


def test_what_the_loss_has_no_use_for_is_no_part_of_a_lesson(taught):
    distillation, token = taught
    hinted = replace(distillation, teacher_heads=3)
    for loss in ("none", "token"):
        own = replace(distillation, loss=loss)
        assert lesson(replace(hinted, loss=loss), token) == lesson(own, token)
    output = replace(distillation, loss="output")
    assert lesson(output, token) == lesson(output, None)


def test_where_a_teacher_lies_is_no_part_of_a_lesson(taught):
    distillation, token = taught
    before = lesson(distillation, token)
    moved = distillation.teacher.rename(distillation.teacher.with_name("moved"))
    assert lesson(replace(distillation, teacher=moved), token) == before
