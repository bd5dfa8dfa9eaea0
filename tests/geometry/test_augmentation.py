import numpy as np

from vitpose_plus.geometry import Augmentation, View, random_view
from vitpose_plus.skeletons import COCO

BOX = View((100.0, 100.0), (75.0, 100.0))
POINTS = np.random.default_rng(0).uniform(60, 140, (17, 2))
LABELLED = np.ones(17, bool)
UPPER = np.array(COCO.upper_mask())
PLAIN = {"flip": 0, "half_body": 0, "scale": 0, "rotation": 0, "rotated": 0}


def draw(count=2000, *, labelled=LABELLED, upper=UPPER, **settings):
    augmentation = Augmentation(**(PLAIN | settings))
    return [
        random_view(np.random.default_rng(i), augmentation, BOX, POINTS, labelled, upper)
        for i in range(count)
    ]


def test_nothing_configured_changes_nothing():
    assert set(draw(20)) == {BOX}


def test_the_shares_are_those_configured():
    drawn = draw(flip=0.5, rotated=0.6, rotation=40)
    assert abs(np.mean([view.flip for view in drawn]) - 0.5) < 0.04
    assert abs(np.mean([view.rotation != 0 for view in drawn]) - 0.6) < 0.04


def test_scale_and_rotation_stay_in_the_official_bounds():
    drawn = draw(scale=0.5, rotated=1, rotation=40)
    factors = np.array([view.size[0] for view in drawn]) / BOX.size[0]
    turns = np.array([view.rotation for view in drawn])
    assert factors.min() == 0.5
    assert factors.max() == 1.5
    assert turns.min() == -80
    assert turns.max() == 80


def test_half_body_mostly_looks_at_the_upper_half():
    drawn = draw(half_body=1)
    upper = POINTS[UPPER].mean(axis=0)
    share = np.mean([np.allclose(view.centre, upper) for view in drawn])
    assert abs(share - 0.69) < 0.04


def test_half_body_needs_more_than_eight_labelled_keypoints():
    assert set(draw(50, half_body=1, labelled=np.arange(17) < 8)) == {BOX}
    assert BOX not in draw(50, half_body=1, labelled=np.arange(17) < 9)


def test_a_set_without_halves_is_left_whole():
    assert set(draw(50, half_body=1, upper=np.zeros(17, bool))) == {BOX}


def test_the_same_generator_gives_the_same_view():
    settings = {"half_body": 0.5, "scale": 0.5, "rotation": 40, "rotated": 0.6, "flip": 0.5}
    assert draw(50, **settings) == draw(50, **settings)
