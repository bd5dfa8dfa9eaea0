import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.leaks import near
from vitpose_plus.leaks.near import band_radii, near_pairs


def crowd(rng: np.random.Generator, count: int, spread: int) -> np.ndarray:
    """Hashes around a few centres: at most `spread` bits from one."""
    centres = rng.integers(0, 256, (3, 32), np.uint8)
    bits = np.unpackbits(centres[rng.integers(0, 3, count)], axis=1)
    for row in bits:
        row[rng.choice(256, rng.integers(0, spread + 1), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def brute_force(first: np.ndarray, second: np.ndarray, distance: int):
    apart = np.bitwise_count(first[:, None] ^ second).sum(axis=2, dtype=int)
    i, j = np.nonzero(apart <= distance)
    return i, j, apart[i, j]


def same(first: np.ndarray, second: np.ndarray, distance: int) -> int:
    """Compare with brute force; how many pairs there are."""
    found = {
        (i, j): apart
        for pairs in near_pairs(first, second, distance)
        for i, j, apart in zip(
            *(column.tolist() for column in (pairs.first, pairs.second, pairs.distance)),
            strict=True,
        )
    }
    i, j, apart = (column.tolist() for column in brute_force(first, second, distance))
    assert found == dict(zip(zip(i, j, strict=True), apart, strict=True))
    return len(found)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    counts=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    spread=st.integers(0, 30),
    distance=st.sampled_from([0, 1, 14, 15, 16, 31, 40]),
)
def test_the_pairs_are_those_of_brute_force(seed, counts, spread, distance):
    rng = np.random.default_rng(seed)
    everything = crowd(rng, sum(counts), spread)
    same(everything[: counts[0]], everything[counts[0] :], distance)


def test_portions_leave_no_pair_out(monkeypatch):
    monkeypatch.setattr(near, "CANDIDATES", 7)
    everything = crowd(np.random.default_rng(0), 200, 12)
    assert same(everything[:120], everything[120:], 20) > 1000


def test_many_hashes_of_one_value_are_all_paired():
    assert same(np.full((50, 32), 7, np.uint8), np.full((60, 32), 7, np.uint8), 0) == 3000


def test_a_portion_of_many_pairs_stays_small(monkeypatch):
    monkeypatch.setattr(near, "CANDIDATES", 100)
    alike = np.full((60, 32), 7, np.uint8)
    assert max(len(pairs.first) for pairs in near_pairs(alike, alike, 0)) < 100 + 2 * 60


@pytest.mark.parametrize("distance", range(65))
def test_radii_cannot_miss_a_pair_and_look_no_farther_than_that(distance):
    radii = band_radii(16, distance)
    # The nearest pair that no band shows differs in one bit more than every radius.
    assert sum(radius + 1 for radius in radii) == distance + 1
