from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.engine.batches import GlobalBatches
from vitpose_plus.training.config import Sampling
from vitpose_plus.training.sampling import epoch_order, quotas

PROPORTIONAL, BALANCED = Sampling(), Sampling(kind="balanced")
sizes_of_sets = st.lists(st.integers(1, 40), min_size=1, max_size=6)
seeds = st.integers(0, 2**20)
kinds = st.sampled_from(
    [
        PROPORTIONAL,
        BALANCED,
        Sampling(kind="temperature"),
        Sampling(kind="temperature", temperature=5),
    ]
)


def set_of(index, sizes):
    return int(np.searchsorted(np.cumsum(sizes), index, side="right"))


def test_proportional_sees_every_instance_once_in_the_order_that_it_always_had():
    order = epoch_order([30, 20], PROPORTIONAL, seed=7)
    generator = torch.Generator().manual_seed(7 * 1_000_003 + 4)
    assert order(4) == [(4, i) for i in torch.randperm(50, generator=generator).tolist()]


@given(kinds, sizes_of_sets, seeds)
def test_an_epoch_is_as_long_as_all_sets_and_another_each_time(kind, sizes, seed):
    order = epoch_order(sizes, kind, seed)
    assert len(order(0)) == len(order(3)) == sum(sizes)
    assert order(3) == epoch_order(sizes, kind, seed)(3)
    assert set(order(0)).isdisjoint(order(3))
    if sum(sizes) > 30:
        assert [i for _, i in order(0)] != [i for _, i in order(1)]
        assert order(0) != epoch_order(sizes, kind, seed + 1)(0)


@pytest.mark.parametrize(
    ("sizes", "exponent", "drawn"),
    [
        ([90, 9, 1], 1.0, [90, 9, 1]),
        ([90, 9, 1], 0.0, [34, 33, 33]),
        ([100, 25, 4], 0.5, [76, 38, 15]),
        ([8, 0, 3], 0.0, [6, 0, 5]),
    ],
)
def test_quotas_by_hand(sizes, exponent, drawn):
    assert quotas(sizes, exponent) == drawn


@given(sizes_of_sets, st.floats(0, 1))
def test_quotas_are_the_shares_up_to_rounding_and_none_is_forgotten(sizes, exponent):
    weights = [size**exponent for size in sizes]
    drawn = quotas(sizes, exponent)
    assert sum(drawn) == sum(sizes)
    assert all(
        abs(count - sum(sizes) * weight / sum(weights)) < 1 + 1e-9
        for count, weight in zip(drawn, weights, strict=True)
    )
    assert min(drawn) > 0


@given(kinds, sizes_of_sets, seeds)
def test_every_epoch_keeps_to_the_quotas(kind, sizes, seed):
    exponent = {"proportional": 1.0, "balanced": 0.0}.get(kind.kind, 1 / kind.temperature)
    order = epoch_order(sizes, kind, seed)
    for epoch in (0, 5):
        counts = Counter(set_of(index, sizes) for _, index in order(epoch))
        assert [counts[task] for task in range(len(sizes))] == quotas(sizes, exponent)


@given(kinds, sizes_of_sets, seeds)
@settings(max_examples=50)
def test_no_instance_is_seen_twice_more_than_another_of_its_set(kind, sizes, seed):
    order = epoch_order(sizes, kind, seed)
    seen = np.zeros(sum(sizes), int)
    starts = np.cumsum([0, *sizes])
    for epoch in range(4):
        for draw, index in order(epoch):
            assert draw == seen[index]  # each time with another augmentation
            seen[index] += 1
            task = set_of(index, sizes)
            own = seen[starts[task] : starts[task + 1]]
            assert own.max() - own.min() <= 1


def test_sets_are_mixed_and_a_set_is_shuffled():
    order = epoch_order([60, 20], BALANCED, seed=0)(0)
    tasks = [set_of(index, [60, 20]) for _, index in order]
    assert 10 < sum(a != b for a, b in pairwise(tasks)) < 70
    first = [index for _, index in order if index < 60]
    assert first != sorted(first)


@given(
    kinds, sizes_of_sets, seeds, st.sampled_from([(1, 1), (2, 1), (1, 3), (2, 3), (4, 2), (3, 4)])
)
@settings(max_examples=50)
def test_processes_and_accumulation_only_cut_the_same_batches_up(kind, sizes, seed, cut):
    order, (ranks, accumulate) = epoch_order(sizes, kind, seed), cut
    whole = GlobalBatches(order, 24)
    shares = [
        GlobalBatches(order, 24, world_size=ranks, rank=rank, accumulate=accumulate)
        for rank in range(ranks)
    ]
    for epoch in (0, 3):
        for batches in (whole, *shares):
            batches.begin(epoch)
        parts = [list(batches) for batches in shares]
        for step, batch in enumerate(whole):
            of_step = slice(step * accumulate, (step + 1) * accumulate)
            together = [key for each in parts for part in each[of_step] for key in part]
            assert Counter(together) == Counter(batch)


@given(kinds, sizes_of_sets, seeds, st.integers(0, 6))
@settings(max_examples=50)
def test_what_was_stopped_goes_on_with_the_same_rest(kind, sizes, seed, step):
    def batches():
        return GlobalBatches(epoch_order(sizes, kind, seed), 4, world_size=2, rank=1)

    whole, resumed = batches(), batches()
    whole.begin(2)
    step = min(step, whole.steps)
    resumed.begin(2, step)
    assert list(resumed) == list(whole)[step:]
