"""Training pictures that look like held-out ones."""

from collections.abc import Iterator, Sequence

import numpy as np

from vitpose_plus.datasets.picture_hash import mirrored
from vitpose_plus.leaks.hashed import HashedPictures, Pile
from vitpose_plus.leaks.near import NearPairs, near_pairs
from vitpose_plus.leaks.nearest import NearestInEachSplit
from vitpose_plus.leaks.pairs import LeakPairs


def find_leaks(
    training: Sequence[HashedPictures],
    held_out: Sequence[HashedPictures],
    distance: int,
    *,
    progress: bool = True,
) -> LeakPairs:
    """The training and held-out pictures that look alike, within and across sets.

    No picture within the distance of one on the other side is missed, nor a mirrored copy but
    for a few whose mirrored hash is off (see `mirrored`). Of each picture the nearest one in each
    split of the other side is kept. Pictures without a hash are compared by their path alone.
    The memory grows with the pictures times the splits of the other side (8 bytes each), not with
    the pairs.

    Args:
        training: splits that are trained on.
        held_out: splits that are scored on.
        distance: of a hash's bits, how many may differ.
        progress: show a progress bar.
    """
    ours, theirs = Pile(training), Pile(held_out)
    of_ours = NearestInEachSplit(len(ours), theirs.split_of)
    of_theirs = NearestInEachSplit(len(theirs), ours.split_of)
    for pairs, turned in _alike(ours, theirs, distance, progress=progress):
        of_ours.offer(pairs.first, pairs.second, pairs.distance, mirrored=turned)
        of_theirs.offer(pairs.second, pairs.first, pairs.distance, mirrored=turned)
    return _together(ours, theirs, of_ours, of_theirs)


def _alike(
    ours: Pile, theirs: Pile, distance: int, *, progress: bool
) -> Iterator[tuple[NearPairs, bool]]:
    """Pairs by number, and whether they are alike mirrored."""
    first, second = ours.hashes[ours.hashed], theirs.hashes[theirs.hashed]
    for sought, turned in ((second, False), (mirrored(second), True)):
        task = "mirrored copies" if turned else "copies"
        for pairs in near_pairs(first, sought, distance, progress=progress, task=task):
            i, j = ours.hashed[pairs.first], theirs.hashed[pairs.second]
            yield NearPairs(i, j, pairs.distance), turned
    yield _same_files(ours, theirs), False


def _same_files(ours: Pile, theirs: Pile) -> NearPairs:
    """Pictures of one colour have no hash; one file under both roles is a leak all the same."""
    held_out = theirs.unhashed_paths()
    same = [
        (i, j)
        for path, numbers in ours.unhashed_paths().items()
        for i in numbers
        for j in held_out.get(path, [])
    ]
    i, j = np.array(same, np.int64).reshape(-1, 2).T
    return NearPairs(i, j, np.zeros(len(same), np.int64))


def _together(
    ours: Pile, theirs: Pile, of_ours: NearestInEachSplit, of_theirs: NearestInEachSplit
) -> LeakPairs:
    i, j, likeness = of_ours.pairs()
    other_j, other_i, other_likeness = of_theirs.pairs()
    keys = np.concatenate([i, other_i]) * max(len(theirs), 1) + np.concatenate([j, other_j])
    keys, chosen = np.unique(keys, return_index=True)
    likeness = np.concatenate([likeness, other_likeness])[chosen]
    i, j = np.divmod(keys, max(len(theirs), 1))
    return LeakPairs(ours, theirs, i, j, likeness // 2, likeness % 2 == 1)
