from dataclasses import replace

import numpy as np

from vitpose_plus.datasets.instance_views import InstanceViews
from vitpose_plus.geometry import Augmentation, SetAugmentation, invert, transform_points

SIZE = (64, 48)
STILL = Augmentation(flip=0, half_body=0, scale=0, rotation=0, centre_jitter=0)
MIDDLE = np.array([23.5, 31.5])


def centres(views, epoch):
    """Of the views, in picture pixels."""
    seen = (views[epoch, index] for index in range(len(views)))
    return np.array([transform_points(MIDDLE, invert(sighting.matrix)) for sighting in seen])


def test_a_centre_strays_once_for_all_epochs(make_split):
    jittered = replace(STILL, centre_jitter=0.5)
    views = InstanceViews([make_split("coco", 40)], SIZE, jittered, seed=1)
    away = centres(views, 0) - (50, 60)  # the middle of every box
    strayed = np.abs(away).max(axis=1) > 1e-6
    assert 8 < strayed.sum() < 32
    assert (np.abs(away) <= (12 + 1e-6, 16 + 1e-6)).all()  # a fifth of 60 x 80
    np.testing.assert_allclose(centres(views, 5), centres(views, 0))


def test_jitter_changes_no_other_draw(make_split):
    split = make_split("coco")
    still, moved = (
        InstanceViews([split], SIZE, Augmentation(half_body=0, centre_jitter=chance), seed=2)
        for chance in (0, 1)
    )
    for index in range(len(split.table)):
        one, other = still[3, index].matrix, moved[3, index].matrix
        np.testing.assert_allclose(one[:, :2], other[:, :2])
        assert not np.allclose(one[:, 2], other[:, 2])


def test_sets_and_seeds_stray_differently(make_split):
    jittered = replace(STILL, centre_jitter=1.0)
    split = make_split("coco")
    both = centres(InstanceViews([split, split], SIZE, jittered, seed=1), 0)
    assert not np.allclose(both[:6], both[6:])
    assert not np.allclose(centres(InstanceViews([split], SIZE, jittered, seed=2), 0), both[:6])


def test_a_set_whose_centres_stand_is_left_there(make_split):
    still = SetAugmentation(centre_jitter=False)
    split = replace(make_split("mpii"), augmentation=still)
    views = InstanceViews([split], SIZE, replace(STILL, centre_jitter=1.0))
    np.testing.assert_allclose(centres(views, 0), np.tile([50.0, 60.0], (6, 1)))


def test_without_augmentation_nothing_strays(make_split):
    views = InstanceViews([make_split("coco")], SIZE)
    np.testing.assert_allclose(centres(views, 0), np.tile([50.0, 60.0], (6, 1)))


def test_each_set_has_its_own_recipe(make_split):
    plain = make_split("coco")
    own = SetAugmentation(scale=0.0, rotation=0.0, half_body=False, centre_jitter=False)
    views = InstanceViews([plain, replace(plain, augmentation=own)], SIZE, Augmentation(flip=0))
    still = InstanceViews([plain], SIZE)
    for index in range(6):
        np.testing.assert_allclose(views[0, 6 + index].matrix, still[0, index].matrix)
        assert not np.allclose(views[0, index].matrix, still[0, index].matrix)


def test_sets_need_different_numbers_of_labelled_keypoints_for_half_bodies(make_split):
    split = make_split("coco")
    halved = replace(STILL, half_body=1.0)
    few = replace(split, augmentation=SetAugmentation(half_body_keypoints=16))
    none = replace(split, augmentation=SetAugmentation(half_body_keypoints=17))
    whole = InstanceViews([split], SIZE)[0, 0].matrix
    assert not np.allclose(InstanceViews([few], SIZE, halved)[0, 0].matrix, whole)
    np.testing.assert_allclose(InstanceViews([none], SIZE, halved)[0, 0].matrix, whole)
