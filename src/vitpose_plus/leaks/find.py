"""Training pictures that look like held-out ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from vitpose_plus.datasets.picture_hash import mirrored
from vitpose_plus.leaks.hashed import HashedPictures, Picture, Pile
from vitpose_plus.leaks.near import near_pairs

Found = dict[tuple[int, int], tuple[int, bool]]
"""Numbers of a training and a held-out picture to their distance, and whether mirrored."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A training picture and a held-out one that look alike.

    Attributes:
        training, held_out: the pictures.
        distance: bits of their hashes that differ.
        mirrored: they are alike when one of them is mirrored.
    """

    training: Picture
    held_out: Picture
    distance: int
    mirrored: bool = False


def find_leaks(
    training: Sequence[HashedPictures],
    held_out: Sequence[HashedPictures],
    distance: int,
    *,
    progress: bool = True,
) -> list[Leak]:
    """Every pair of a training and a held-out picture that look alike, within and across sets.

    All pairs within the distance are found, and mirrored copies but for a few whose mirrored
    hash is off (see `mirrored`). Pictures without a hash are compared by their path alone.
    300,000 against 100,000 pictures take half a minute; the memory beyond the hashes' grows with
    the pairs found, not with the pairs compared.

    Args:
        training: splits that are trained on.
        held_out: splits that are scored on.
        distance: of a hash's bits, how many may differ.
        progress: show a progress bar.

    Returns:
        The pairs, ordered as the training pictures are given, then as the held-out ones.
    """
    ours, theirs = Pile(training), Pile(held_out)
    # A pair that is alike both ways counts as it is.
    found = (
        _alike(ours, theirs, distance, turned=True, progress=progress)
        | _alike(ours, theirs, distance, turned=False, progress=progress)
        | _same_files(ours, theirs)
    )
    return [Leak(ours.picture(i), theirs.picture(j), *found[i, j]) for i, j in sorted(found)]


def _alike(ours: Pile, theirs: Pile, distance: int, *, turned: bool, progress: bool) -> Found:
    sought = theirs.hashes[theirs.hashed]
    pairs = near_pairs(
        ours.hashes[ours.hashed],
        mirrored(sought) if turned else sought,
        distance,
        progress=progress,
        task="mirrored copies" if turned else "copies",
    )
    i, j = ours.hashed[pairs.first].tolist(), theirs.hashed[pairs.second].tolist()
    apart = pairs.distance.tolist()
    return {(a, b): (d, turned) for a, b, d in zip(i, j, apart, strict=True)}


def _same_files(ours: Pile, theirs: Pile) -> Found:
    """Pictures of one colour have no hash; one file under both roles is a leak all the same."""
    held_out = theirs.unhashed_paths()
    return {
        (i, j): (0, False)
        for path, numbers in ours.unhashed_paths().items()
        for i in numbers
        for j in held_out.get(path, [])
    }
