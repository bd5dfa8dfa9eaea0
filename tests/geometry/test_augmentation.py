import numpy as np
import pytest
from scipy import stats

from vitpose_plus.geometry import (
    Augmentation,
    Body,
    SetAugmentation,
    View,
    random_jitter,
    random_view,
)
from vitpose_plus.skeletons import COCO, INTERHAND

BOX = View((100.0, 100.0), (75.0, 100.0))
POINTS = np.random.default_rng(0).uniform(60, 140, (17, 2))
LABELLED = np.ones(17, bool)
UPPER = np.array(COCO.upper_mask())
BODY = Body(POINTS, LABELLED, UPPER)
PLAIN = {"flip": 0, "half_body": 0, "scale": 0, "rotation": 0, "rotated": 0}
MANY = 20_000
FAR = np.sqrt(np.log(2 / 1e-6) / (2 * MANY))
"""An empirical distribution strays so far from its own once in a million (Massart 1990)."""


def draw(count=2000, *, body=BODY, **settings):
    augmentation = Augmentation(**(PLAIN | settings))
    rng = np.random.default_rng(1)
    return [random_view(rng, augmentation, BOX, body) for _ in range(count)]


def clipped_normal(places, deviation, clip):
    """Distribution function of a normal around 0, clipped at `clip` deviations."""
    inside = stats.norm.cdf(places / deviation)
    return np.where(places < clip * deviation, inside, 1.0) * (places >= -clip * deviation)


def farthest(drawn, distribution):
    """Kolmogorov's distance at places off the clipped ends."""
    places = np.linspace(drawn.min(), drawn.max(), 203)[1:-1]
    found = (drawn[:, None] <= places).mean(axis=0)
    return np.abs(found - distribution(places)).max()


def test_nothing_configured_changes_nothing():
    assert set(draw(20)) == {BOX}


def test_the_scale_is_the_published_clipped_normal():
    factors = np.array([view.size[0] for view in draw(MANY, scale=0.5)]) / BOX.size[0]
    assert (factors.min(), factors.max()) == (0.5, 1.5)
    assert np.mean(factors == 1.5) == pytest.approx(stats.norm.sf(1), abs=FAR)
    assert np.mean(factors == 0.5) == pytest.approx(stats.norm.cdf(-1), abs=FAR)
    assert farthest(factors - 1, lambda x: clipped_normal(x, 0.5, 1)) < FAR


def test_the_rotation_is_the_published_clipped_normal_in_sixty_percent():
    turns = np.array([view.rotation for view in draw(MANY, rotation=40, rotated=0.6)])
    assert np.mean(turns != 0) == pytest.approx(0.6, abs=FAR)
    turned = turns[turns != 0]
    assert (turned.min(), turned.max()) == (-80, 80)
    assert np.mean(turned == 80) == pytest.approx(stats.norm.sf(2), abs=2 * FAR)
    assert farthest(turned, lambda x: clipped_normal(x, 40, 2)) < 1.5 * FAR


def test_half_are_mirrored():
    mirrored = np.mean([view.flip for view in draw(MANY, flip=0.5)])
    assert mirrored == pytest.approx(0.5, abs=FAR)


def test_half_bodies_are_three_in_ten_and_sixty_nine_percent_of_them_upper():
    halves = BODY.halves(BOX)
    drawn = draw(MANY, half_body=0.3)
    shares = [np.mean([view == half for view in drawn]) for half in halves]
    assert sum(shares) == pytest.approx(0.3, abs=FAR)
    # The official code compares a normal draw with 0.5.
    assert shares[0] / sum(shares) == pytest.approx(stats.norm.cdf(0.5), abs=2 * FAR)


def test_a_half_body_is_its_points_with_half_as_much_around():
    upper, lower = BODY.halves(BOX)
    for half, chosen in ((upper, UPPER), (lower, ~UPPER)):
        points = POINTS[chosen]
        width, height = np.ptp(points, axis=0)
        assert half.centre == pytest.approx(tuple(points.mean(axis=0)))
        assert half.size[0] == pytest.approx(1.5 * max(width, height * 0.75))
        assert half.size[1] == pytest.approx(half.size[0] / 0.75)


@pytest.mark.parametrize("needed", [8, 6])
def test_half_bodies_need_more_labelled_keypoints_than_the_set_says(needed):
    enough = Body(POINTS, np.arange(17) <= needed, UPPER, needed)
    too_few = Body(POINTS, np.arange(17) < needed, UPPER, needed)
    assert BOX not in draw(50, half_body=1, body=enough)
    assert set(draw(50, half_body=1, body=too_few)) == {BOX}


def test_a_half_of_less_than_three_points_gives_way_to_the_other():
    legs = np.isin(np.arange(17), [5, 6, 11, 12, 13, 14, 15, 16])  # shoulders, hips and below
    body = Body(POINTS, legs, UPPER, 7)
    below = Body(POINTS, legs & ~UPPER, UPPER, 2).halves(BOX)
    assert body.halves(BOX) == below
    assert below[0] == below[1]


def test_a_half_without_extent_is_the_whole():
    heap = Body(np.full((17, 2), 50.0), LABELLED, UPPER)
    assert heap.halves(BOX) == (BOX, BOX)


def test_a_set_without_halves_is_left_whole():
    hand = np.array(INTERHAND.upper_mask())
    assert Body(np.zeros((len(hand), 2)), np.ones(len(hand), bool), hand).halves(BOX) is None


def test_one_seed_keeps_giving_the_views_it_gave():
    """Written down before centre jitter and the sets' own recipes came."""
    drawn = [
        random_view(np.random.default_rng((3, 1, i)), Augmentation(), BOX, BODY) for i in range(6)
    ]
    assert [view.size[1] for view in drawn] == pytest.approx(
        [
            66.78874009635388,
            78.90571519888276,
            50,
            99.64127071910404,
            57.474737792162365,
            66.7887401,
        ]
    )
    assert [view.rotation for view in drawn] == pytest.approx(
        [27.499940744461902, -50.844792086691974, 80, 3.661305314064038, 51.14233682704928, 0]
    )
    assert [view.flip for view in drawn] == [False, False, True, True, True, True]
    assert drawn[0].centre == pytest.approx((105.34974530081674, 90.2840023663009))
    assert drawn[1].centre == BOX.centre


def test_centres_stray_uniformly_by_a_fifth_in_three_of_ten():
    jitter = random_jitter(np.random.default_rng(0), MANY, 0.3)
    strayed = jitter[jitter.any(axis=1)]
    assert len(strayed) / MANY == pytest.approx(0.3, abs=FAR)
    for axis in strayed.T:
        assert stats.kstest(axis, stats.uniform(-0.2, 0.4).cdf).pvalue > 1e-3
    assert abs(np.corrcoef(strayed.T)[0, 1]) < 0.05


def test_a_box_s_jitter_does_not_depend_on_how_many_follow():
    few, more = (random_jitter(np.random.default_rng(0), count, 0.3) for count in (10, 1000))
    np.testing.assert_array_equal(few, more[:10])


def test_a_set_s_recipe_takes_the_place_of_the_training_s():
    hands = SetAugmentation(half_body=False, centre_jitter=False, scale=0.3, rotation=90)
    recipe = Augmentation().for_set(hands)
    assert (recipe.scale, recipe.rotation, recipe.half_body, recipe.centre_jitter) == (
        0.3,
        90,
        0,
        0,
    )
    assert (recipe.flip, recipe.rotated) == (0.5, 0.6)
    assert Augmentation(scale=0.1).for_set(SetAugmentation()) == Augmentation(scale=0.1)
