"""What the leak check found, in counts."""

from collections.abc import Sequence

import numpy as np

from vitpose_plus.leaks.pairs import LeakPairs
from vitpose_plus.leaks.scope import Scope
from vitpose_plus.settings import settings


@settings
class Overlap:
    """What one training split shares with one held-out split.

    Attributes:
        training, held_out: data set and split.
        pairs: of pictures that look alike: each picture with its nearest of the other split.
        training_pictures, held_out_pictures: different pictures that look like one of the other
            split.
        mirrored: of the pairs, nearest when one picture is mirrored.
    """

    training: tuple[str, str]
    held_out: tuple[str, str]
    pairs: int
    training_pictures: int
    held_out_pictures: int
    mirrored: int


@settings
class Leakage:
    """What a leak check found, whatever an experiment does about it.

    Attributes:
        pairs: each picture with its nearest in each split of the other side.
        training_pictures: different training pictures that look like a held-out one.
        held_out_pictures: different held-out pictures that look like a training one.
        scope: what was compared, and how.
        overlaps: the pairs by splits, the most first.
    """

    pairs: int
    training_pictures: int
    held_out_pictures: int
    scope: Scope
    overlaps: tuple[Overlap, ...]


def summarise(pairs: LeakPairs, scope: Scope) -> Leakage:
    """Count the pairs."""
    overlaps = [_overlap(pairs, group) for group in pairs.by_splits()]
    return Leakage(
        pairs=len(pairs),
        training_pictures=_different(pairs.training),
        held_out_pictures=_different(pairs.held_out),
        scope=scope,
        overlaps=tuple(sorted(overlaps, key=lambda overlap: -overlap.pairs)),
    )


def _overlap(pairs: LeakPairs, group: np.ndarray) -> Overlap:
    first = pairs[group[0]]
    return Overlap(
        training=(first.training.dataset, first.training.split),
        held_out=(first.held_out.dataset, first.held_out.split),
        pairs=len(group),
        training_pictures=_different(pairs.training[group]),
        held_out_pictures=_different(pairs.held_out[group]),
        mirrored=int(pairs.mirrored[group].sum()),
    )


def _different(numbers: Sequence[int] | np.ndarray) -> int:
    return len(np.unique(numbers))
