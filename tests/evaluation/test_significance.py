import numpy as np
import pytest

from vitpose_plus.evaluation.pooled import Pool, PooledFigures, pool, pool_by_keypoint
from vitpose_plus.evaluation.significance import bootstrap, draws, paired_bootstrap


def one_a_picture(values, name="mean"):
    """A figure that is the mean over pictures."""
    values = np.asarray(values, float)[None]
    return PooledFigures((name,), [Pool(values, np.ones_like(values))], values.shape[1])


def test_a_draw_has_as_many_pictures_as_there_are():
    drawn = list(draws(7, 50, seed=0))
    assert {times.sum() for times in drawn} == {7}
    assert np.mean(drawn, axis=0) == pytest.approx(1, abs=0.5)


def test_draws_depend_on_nothing_but_the_seed():
    same = [np.array(list(draws(9, 5, seed=3))) for _ in range(2)]
    assert (same[0] == same[1]).all()
    assert (same[0] != np.array(list(draws(9, 5, seed=4)))).any()


def test_identical_models_gain_nothing_for_sure():
    figures = one_a_picture(np.random.default_rng(0).uniform(size=40))
    gain = paired_bootstrap(figures, figures, resamples=100)["mean"]
    assert (gain.value, gain.low, gain.high, gain.p) == (0, 0, 0, 1)
    assert not gain.sure


def test_a_gain_on_every_picture_is_sure():
    values = np.random.default_rng(0).uniform(size=40)
    gain = paired_bootstrap(one_a_picture(values), one_a_picture(values + 0.1), resamples=100)
    gain = gain["mean"]
    assert (gain.value, gain.low, gain.high) == pytest.approx((0.1, 0.1, 0.1))
    assert gain.p == 0
    assert gain.sure


def test_the_interval_is_that_of_a_plain_loop_over_drawn_pictures():
    rng = np.random.default_rng(5)
    first, second = rng.uniform(size=(2, 30))
    means = []
    chooser = np.random.default_rng(11)
    for _ in range(200):
        chosen = chooser.integers(30, size=30)
        means.append(np.mean([second[i] - first[i] for i in chosen]))
    gain = paired_bootstrap(one_a_picture(first), one_a_picture(second), resamples=200, seed=11)[
        "mean"
    ]
    assert (gain.low, gain.high) == pytest.approx(tuple(np.percentile(means, [2.5, 97.5])))
    assert gain.p == np.mean(np.array(means) <= 0)


def test_pairing_takes_out_what_is_hard_for_both():
    rng = np.random.default_rng(0)
    hard = rng.uniform(0, 1, 200)
    first, second = one_a_picture(hard), one_a_picture(hard + rng.normal(0.02, 0.02, 200))
    assert paired_bootstrap(first, second, resamples=200)["mean"].sure
    alone = [bootstrap(one, resamples=200)["mean"] for one in (first, second)]
    assert alone[0].high > alone[1].low


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(300):
        interval = bootstrap(one_a_picture(rng.normal(0.3, 1, 60)), resamples=200, seed=seed)
        covered += interval["mean"].low <= 0.3 <= interval["mean"].high
    assert 0.90 <= covered / 300 <= 0.98


def test_figures_of_other_pictures_cannot_be_paired():
    with pytest.raises(ValueError, match="of 3 units cannot be paired"):
        paired_bootstrap(one_a_picture(np.ones(3)), one_a_picture(np.ones(4)))


def test_what_cannot_be_measured_is_nan():
    nothing = PooledFigures(("mean",), [Pool(np.zeros((1, 4)), np.zeros((1, 4)))], 4)
    interval = bootstrap(nothing, resamples=10)["mean"]
    assert np.isnan([interval.value, interval.low, interval.high]).all()
    assert np.isnan(paired_bootstrap(nothing, nothing, resamples=10)["mean"].p)


def test_of_an_error_less_is_better():
    values = np.random.default_rng(0).uniform(size=40)
    worse, better = one_a_picture(values + 1, "EPE"), one_a_picture(values, "EPE")
    assert paired_bootstrap(worse, better, resamples=20)["EPE"].p == 0
    assert paired_bootstrap(better, worse, resamples=20)["EPE"].p == 1


def test_pools_are_means_over_the_drawn_keypoints():
    rng = np.random.default_rng(1)
    values = np.where(rng.random((20, 3)) < 0.3, np.nan, rng.random((20, 3)))
    picture = rng.integers(0, 6, 20)
    chosen = [0, 0, 3, 5, 5, 5]
    rows = np.concatenate([values[picture == p] for p in chosen])
    times = np.bincount(chosen, minlength=6)
    alike = pool(values, picture, 6).of_draw(times)
    by_keypoint = pool_by_keypoint(values, picture, 6).of_draw(times)
    assert alike == pytest.approx(np.nanmean(rows))
    assert by_keypoint == pytest.approx(np.nanmean(np.nanmean(rows, axis=0)))
    assert alike != pytest.approx(by_keypoint)
