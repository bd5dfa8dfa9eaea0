"""The rate, its course and its scaling, of each recipe as it is loaded."""

import pytest

from vitpose_plus.engine.schedule import RateCourse

STEPS_AN_EPOCH = 293  # COCO's 149,813 people in batches of 512


@pytest.fixture
def course(recipe):
    training = recipe.training
    return RateCourse.of(training.optimisation, STEPS_AN_EPOCH, training.epochs)


def test_rate_batch_and_length_are_the_published(recipe, published):
    training = recipe.training
    assert training.batch_size == published.batch
    assert training.optimisation.rate(training.batch_size) == published.rate
    assert training.epochs == 210


def test_the_optimiser_is_the_published(recipe, published):
    optimisation = recipe.training.optimisation
    assert optimisation.betas == (0.9, 0.999)
    assert optimisation.weight_decay == 0.1
    assert optimisation.clip_norm == 1.0
    assert optimisation.layer_decay == published.layer_decay
    assert recipe.training.ema is None


def test_targets_and_sampling_are_the_published(recipe):
    assert recipe.model.sigma == 2.0
    assert recipe.training.sampling.kind == "proportional"  # concatenated and shuffled
    assert recipe.model.decoder == "classic"
    assert recipe.evaluation.flip


def test_the_rate_warms_up_over_500_steps_from_a_thousandth(course):
    """mmcv: rate * (1 - (1 - step / 500) * (1 - 0.001))."""
    warm = [1 - (1 - step / 500) * (1 - 0.001) for step in range(500)]
    assert [course(step) for step in range(500)] == pytest.approx(warm)
    assert course(500) == 1


def test_the_rate_falls_after_170_and_200_epochs(course):
    expected = {range(2, 170): 1.0, range(170, 200): 0.1, range(200, 210): 0.01}
    for epochs, factor in expected.items():
        for epoch in epochs:
            ends = epoch * STEPS_AN_EPOCH, (epoch + 1) * STEPS_AN_EPOCH - 1
            assert [course(step) for step in ends] == pytest.approx([factor, factor]), epoch


@pytest.mark.parametrize("parts", [2, 8, 64])
@pytest.mark.parametrize(
    ("environment", "batch", "rate"), [("full_h", 1024, 1e-3), ("full_coco", 512, 5e-4)]
)
def test_a_smaller_batch_takes_a_smaller_rate_in_proportion(load, environment, batch, rate, parts):
    params = {"training": {"batch_size": batch // parts, "launch": {"processes": 1}}}
    training = load(environment, params).training
    assert training.batch_size == batch // parts
    assert training.optimisation.rate(training.batch_size) == pytest.approx(rate / parts)


def test_accumulation_and_fewer_processes_leave_batch_and_rate(load):
    params = {"training": {"accumulate": 4, "launch": {"processes": 1}}}
    training = load("full_l", params).training
    assert training.batch_size == 1024
    assert training.optimisation.rate(training.batch_size) == 1e-3


def test_a_recipe_of_ours_keeps_the_rate_that_it_states(load):
    training = load("sample").training
    assert training.optimisation.rate(7) == training.optimisation.learning_rate
