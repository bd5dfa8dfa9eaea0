import numpy as np
import pytest

from vitpose_plus.datasets.sample.company import APART, Company, beside, fits, overlap

BOX = np.array([0.0, 0.0, 10.0, 20.0])


@pytest.mark.parametrize(("shift", "share"), [(0, 1.0), (5, 0.5), (9, 0.1), (10, 0.0), (30, 0.0)])
def test_an_overlap_is_the_shared_part_of_the_smaller_box(shift: float, share: float):
    larger = np.array([shift, -10.0, shift + 40.0, 60.0])
    assert overlap(BOX, larger) == overlap(larger, BOX) == pytest.approx(share)


def test_strangers_keep_apart_and_a_crowd_does_not():
    beneath, crowd = BOX + np.array([5.0, 0.0, 5.0, 0.0]), Company(overlap=(0.3, 0.8))
    assert fits(BOX, [], APART) and fits(BOX, [], crowd)
    assert fits(beneath, [BOX], crowd) and not fits(beneath, [BOX], APART)
    assert fits(BOX + 100, [BOX], APART) and not fits(BOX + 100, [BOX], crowd)


def test_one_box_that_overlaps_too_much_is_enough_to_go_away():
    assert not fits(BOX, [BOX + 5, BOX], Company(overlap=(0.1, 0.8)))


def test_who_stands_beside_somebody_shares_their_ground():
    rng = np.random.default_rng(0)
    extent = np.array([-4.0, -15.0, 4.0, 3.0])
    feet = [beside(rng, extent, [BOX], spread=0.5)[1] + extent[3] for _ in range(200)]
    assert np.mean(feet) == pytest.approx(BOX[3], abs=0.3)
    assert 0.5 < np.std(feet) < 1.5
