"""The rate's course, beside torch's own schedulers and MAE's formula."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import LinearLR, MultiStepLR, SequentialLR

from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.schedule import RateCourse


def by_torch(build, steps):
    """Factors that a scheduler of torch's gives, step by step."""
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = build(optimiser)
    factors = []
    for _ in range(steps):
        factors.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return factors


def course_of(steps, epochs, **settings):
    return RateCourse.of(Optimisation(**settings), steps, epochs)


def test_the_rate_rises_from_a_thousandth():
    course = course_of(100, 210, warmup_steps=500)
    rise = by_torch(lambda o: LinearLR(o, start_factor=1e-3, total_iters=500), 600)
    assert [course(step) for step in range(600)] == pytest.approx(rise)


def test_the_rate_falls_to_a_tenth_at_the_official_epochs():
    course = course_of(100, 210, warmup_steps=0)
    fall = by_torch(lambda o: MultiStepLR(o, [17_000, 20_000], gamma=0.1), 21_000)
    assert [course(step) for step in range(21_000)] == pytest.approx(fall)


def test_the_cosine_rises_from_nothing_and_falls_to_nothing():
    """MAE's `adjust_learning_rate` with its fractional epochs, written anew."""
    steps, epochs, warm = 7, 20, 3

    def authors(epoch):
        if epoch < warm:
            return epoch / warm
        return (1 + math.cos(math.pi * (epoch - warm) / (epochs - warm))) / 2

    course = course_of(steps, epochs, schedule="cosine", warmup_steps=warm * steps, warmup_share=1)
    drawn = [course(step) for step in range(steps * epochs + 1)]
    assert drawn == pytest.approx([authors(step / steps) for step in range(len(drawn))])
    assert drawn[0] == 0
    assert drawn[-1] == pytest.approx(0)


def test_the_cosine_s_fall_is_torch_s():
    def build(optimiser):
        parts = [
            LinearLR(optimiser, start_factor=1e-9, total_iters=10),
            torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 90),
        ]
        return SequentialLR(optimiser, parts, [10])

    course = course_of(10, 10, schedule="cosine", warmup_steps=10)
    assert [course(step) for step in range(100)] == pytest.approx(by_torch(build, 100), abs=1e-6)


def test_a_short_run_is_not_all_warm_up():
    """Issue 109 of the official repository: 500 steps are the whole run of a small data set."""
    course = course_of(10, 10, warmup_steps=500, warmup_share=0.1)
    assert course.warmup == 10
    assert [course(step) for step in (9, 10, 79)] == pytest.approx([0.9001, 1, 1])


def test_a_milestone_inside_the_warm_up_counts():
    course = course_of(10, 10, warmup_steps=50, warmup_share=1, milestones=(0.2,))
    assert course(30) == pytest.approx(0.1 * (1e-3 + 0.999 * 0.6))


@given(
    steps=st.integers(1, 50),
    epochs=st.integers(1, 50),
    warmup=st.integers(0, 600),
    share=st.floats(0, 1),
    schedule=st.sampled_from(["steps", "cosine"]),
)
def test_the_factor_never_leaves_its_range_and_only_falls_after_the_warm_up(
    steps, epochs, warmup, share, schedule
):
    course = course_of(steps, epochs, warmup_steps=warmup, warmup_share=share, schedule=schedule)
    factors = [course(step) for step in range(steps * epochs + 1)]
    assert all(0 <= factor <= 1 for factor in factors)
    after = factors[course.warmup :]
    assert after == sorted(after, reverse=True)
