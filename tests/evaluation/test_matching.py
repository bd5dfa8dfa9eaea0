import numpy as np
import pytest

from vitpose_plus.evaluation.comparison import Comparison
from vitpose_plus.evaluation.matching import Levels, Size, match
from vitpose_plus.evaluation.poses import FoundPoses, TruePoses
from vitpose_plus.evaluation.similarity import pairs_by_picture

SIZES = (Size("all", 0, 100), Size("small", 0, 10), Size("large", 10, 100))
LEVELS = Levels(np.array([0.5, 0.6, 0.8]), SIZES)


def by_loops(matter, pairs, similarity, threshold, size):
    """COCOeval's greedy matching, written out: of each pose, instance and what became of it."""
    truth, found = matter.truth, matter.found
    skipped = truth.ignored | (truth.area < size.least) | (truth.area > size.most)
    like = {(i, j): s for i, j, s in zip(*pairs, similarity, strict=True)}
    gone, chosen = set(), np.full(len(found), -1)
    for i in range(len(found)):  # The surest first: so they stand in the test.
        for wanted in (~skipped, skipped):
            free = [j for j in np.flatnonzero(wanted) if truth.crowd[j] or j not in gone]
            fit = [(like[i, j], j) for j in free if like.get((i, j), 0) >= threshold]
            if fit:
                chosen[i] = max(fit)[1]  # Of equals the last.
                gone.add(chosen[i])
                break
    strange = (found.area < size.least) | (found.area > size.most)
    ignored = np.where(chosen >= 0, np.append(skipped, False)[chosen], strange)
    return chosen, (chosen >= 0) & ~ignored, ignored, ~skipped


def bit(bits, place):
    return (bits >> np.uint64(place)) & np.uint64(1) > 0


@pytest.mark.parametrize("seed", range(30))
def test_it_is_what_loops_give(seed):
    rng = np.random.default_rng(seed)
    people, poses = rng.integers(0, 9), rng.integers(0, 15)
    crowd = rng.random(people) < 0.3
    points, box = np.zeros((people, 1, 2)), np.zeros((people, 4))
    area = rng.choice([5.0, 10.0, 50.0], people)
    truth = TruePoses(
        rng.integers(0, 2, people), points, points[..., 0] == 0, box, area, crowd, crowd
    )
    picture = rng.integers(0, 2, poses)
    area = rng.choice([5.0, 10.0, 50.0, 200.0], poses)
    found = FoundPoses(picture, np.zeros((poses, 1, 2)), np.linspace(1, 0, poses), area)
    matter = Comparison(truth, found, np.ones(1))
    rank = np.array([(picture[:i] == picture[i]).sum() for i in range(poses)], int)
    pairs = pairs_by_picture(matter)
    similarity = rng.choice([0.1, 0.5, 0.55, 0.6, 0.7, 0.8, 1.0], len(pairs.found))
    matching = match(matter, rank, pairs, similarity, LEVELS)
    for a, size in enumerate(SIZES):
        for t, threshold in enumerate(LEVELS.thresholds):
            chosen, hit, ignored, counted = by_loops(matter, pairs, similarity, threshold, size)
            place = a * len(LEVELS.thresholds) + t
            assert (bit(matching.hit, place) == hit).all()
            assert (bit(matching.ignored, place) == ignored).all()
            assert (bit(matching.counted, place) == counted).all()
            if a == 0:
                assert (matching.true[t] == chosen).all()


def test_levels_are_bits_of_a_size_after_another():
    assert LEVELS.reached(np.array([0.1, 0.5, 0.7, 0.8])).tolist() == [
        0,
        0b001_001_001,
        0b011_011_011,
        0b111_111_111,
    ]
    assert LEVELS.within(np.array([0.0, 10, 50, 101])).tolist() == [
        0b000_111_111,
        0b111_111_111,
        0b111_000_111,
        0,
    ]
