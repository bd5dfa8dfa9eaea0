"""Which found pose gets which true one: COCOeval's greedy matching, all pictures in step.

At every threshold and size of instance the surest pose of a picture chooses first: the most
similar instance that is left, an ignored one only where no other will do. A choice at one of the
B = sizes x thresholds is one bit of a 64-bit number, so that all are made at once; and the n-th
choices of all pictures are made together.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from vitpose_plus.evaluation.comparison import Comparison
from vitpose_plus.evaluation.similarity import Pairs

Bits = np.ndarray
"""uint64; bit a x T + t stands for size a at threshold t."""


class Size(NamedTuple):
    """Instances of an area of `least` to `most` square pixels count, others are ignored."""

    name: str
    least: float
    most: float


@dataclass(frozen=True)
class Levels:
    """At what the matching is done.

    Attributes:
        thresholds: [T] similarities, ascending.
        sizes: A of them; 64 at most are sizes x thresholds.
    """

    thresholds: np.ndarray
    sizes: tuple[Size, ...]

    def __len__(self) -> int:
        return len(self.sizes) * len(self.thresholds)

    def reached(self, similarity: np.ndarray) -> Bits:
        """[P] similarities -> bits of the thresholds they reach, at every size."""
        count = np.searchsorted(self.thresholds, similarity, side="right").astype(np.uint64)
        return ((np.uint64(1) << count) - np.uint64(1)) * self._every_size()

    def within(self, area: np.ndarray) -> Bits:
        """[N] square pixels -> bits of the sizes they belong to, at every threshold."""
        bits = np.zeros(len(area), np.uint64)
        for place, size in enumerate(self.sizes):
            member = (area >= size.least) & (area <= size.most)
            bits |= np.where(member, self._thresholds_of(place), np.uint64(0))
        return bits

    def _every_size(self) -> np.uint64:
        return np.uint64(sum(1 << (a * len(self.thresholds)) for a in range(len(self.sizes))))

    def _thresholds_of(self, place: int) -> np.uint64:
        count = len(self.thresholds)
        return np.uint64(((1 << count) - 1) << (place * count))


class Offers(NamedTuple):
    """What found poses may choose, in the order of the choices.

    Attributes:
        pairs: [P] found and true.
        bits: [P] where it is on offer.
        ends: where the choices end that are made together.
    """

    pairs: Pairs
    bits: Bits
    ends: np.ndarray


@dataclass(frozen=True, eq=False)
class Matching:
    """What came of it.

    Attributes:
        hit: [M] bits: matched an instance that counts.
        ignored: [M] bits: neither right nor wrong.
        counted: [G] bits: the instance is one to be found.
        true: [T, M] the instance that was matched at the first size, -1 for none.
    """

    hit: Bits
    ignored: Bits
    counted: Bits
    true: np.ndarray

    def of_found(self, indices: np.ndarray) -> "Matching":
        """What came of some of the found poses."""
        return replace(
            self,
            hit=self.hit[indices],
            ignored=self.ignored[indices],
            true=self.true[:, indices],
        )


def match(
    comparison: Comparison, rank: np.ndarray, pairs: Pairs, similarity: np.ndarray, levels: Levels
) -> Matching:
    """Match greedily.

    Args:
        comparison: G true and M found poses.
        rank: [M] the found pose's place in its picture, the surest 0.
        pairs: [P] those that may match, by found pose.
        similarity: [P] theirs.
        levels: thresholds and sizes.
    """
    truth, found = comparison.truth, comparison.found
    everything = np.uint64((1 << len(levels)) - 1)
    counted = np.where(truth.ignored, np.uint64(0), levels.within(truth.area))
    offers = _offers(pairs, similarity, levels.reached(similarity), counted, rank)
    taken, hit, won = _choose(offers, counted, truth.crowd, len(found))
    strange = ~levels.within(found.area) & everything  # Of another size.
    true = np.full((len(levels.thresholds), len(found)), -1, np.int32)
    for t in range(len(true)):
        chosen = offers.pairs.take((won >> np.uint64(t)) & np.uint64(1) > 0)
        true[t, chosen.found] = chosen.true
    return Matching(hit, (taken & ~hit) | (~taken & strange), counted, true)


def _offers(
    pairs: Pairs, similarity: np.ndarray, reached: Bits, counted: Bits, rank: np.ndarray
) -> Offers:
    """A pair is offered twice: first where its instance counts, then where it is ignored."""
    wanted = reached & counted[pairs.true]
    second_choice = reached & ~wanted
    first, second = np.flatnonzero(wanted), np.flatnonzero(second_choice)
    pair = np.concatenate([first, second])
    bits = np.concatenate([wanted[first], second_choice[second]])
    late = np.arange(len(pair)) >= len(first)
    # Of equally similar instances COCOeval takes the last.
    order = np.lexsort((-pairs.true[pair], -similarity[pair], late, pairs.found[pair]))
    found = pairs.found[pair[order]]
    number = np.arange(len(found)) - np.searchsorted(found, found)  # Of a pose's offers.
    turn = rank[found] * (number.max(initial=0) + 1) + number
    by_turn = np.argsort(turn, kind="stable")
    ends = np.flatnonzero(np.diff(turn[by_turn], append=-1)) + 1
    return Offers(pairs.take(pair[order][by_turn]), bits[order][by_turn], ends)


def _choose(
    offers: Offers, counted: Bits, crowd: np.ndarray, poses: int
) -> tuple[Bits, Bits, Bits]:
    """Where poses have taken an instance [M], one that counts [M], and which offers [P]."""
    taken, hit = np.zeros(poses, np.uint64), np.zeros(poses, np.uint64)
    gone, won = np.zeros_like(counted), np.zeros_like(offers.bits)
    single = np.where(crowd, np.uint64(0), ~np.uint64(0))
    start = 0
    for end in offers.ends:
        found, true = (side[start:end] for side in offers.pairs)
        choice = offers.bits[start:end] & ~taken[found] & ~gone[true]
        taken[found] |= choice
        hit[found] |= choice & counted[true]
        gone[true] |= choice & single[true]
        won[start:end] = choice
        start = end
    return taken, hit, won
