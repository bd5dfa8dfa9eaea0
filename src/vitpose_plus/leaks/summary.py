"""What the leak check found, in counts."""

from collections.abc import Sequence

from vitpose_plus.leaks.find import Leak
from vitpose_plus.leaks.hashed import HashedPictures
from vitpose_plus.leaks.settings import Action, Leaks
from vitpose_plus.settings import settings


@settings
class Compared:
    """One split that was looked at.

    Attributes:
        dataset, split: which.
        held_out: scored on; else trained on.
        pictures: how many.
        plain: of those, without a hash: one colour all over.
    """

    dataset: str
    split: str
    held_out: bool
    pictures: int
    plain: int


@settings
class Overlap:
    """What one training split shares with one held-out split.

    Attributes:
        training, held_out: data set and split.
        pairs: of pictures that look alike.
        training_pictures, held_out_pictures: different pictures in the pairs.
        mirrored: of the pairs, alike only when one picture is mirrored.
    """

    training: tuple[str, str]
    held_out: tuple[str, str]
    pairs: int
    training_pictures: int
    held_out_pictures: int
    mirrored: int


@settings
class Leakage:
    """What a leak check found and what follows from it.

    Attributes:
        action: what happens to the training pictures.
        distance: bits that were allowed to differ.
        pairs: of a training and a held-out picture that look alike.
        training_pictures: different training pictures in the pairs.
        held_out_pictures: different held-out pictures in them.
        compared: the splits.
        overlaps: the pairs by splits, the most first.
    """

    action: Action
    distance: int
    pairs: int
    training_pictures: int
    held_out_pictures: int
    compared: tuple[Compared, ...]
    overlaps: tuple[Overlap, ...]


def summarise(
    leaks: Sequence[Leak],
    training: Sequence[HashedPictures],
    held_out: Sequence[HashedPictures],
    rule: Leaks,
) -> Leakage:
    """Count the pairs."""
    return Leakage(
        action=rule.action,
        distance=rule.distance,
        pairs=len(leaks),
        training_pictures=len({leak.training for leak in leaks}),
        held_out_pictures=len({leak.held_out for leak in leaks}),
        compared=(
            *(_compared(split, held_out=False) for split in training),
            *(_compared(split, held_out=True) for split in held_out),
        ),
        overlaps=tuple(sorted(map(_overlap, by_splits(leaks)), key=lambda o: -o.pairs)),
    )


def by_splits(leaks: Sequence[Leak]) -> list[list[Leak]]:
    """The pairs grouped by training split and held-out split."""
    groups: dict[tuple[str, ...], list[Leak]] = {}
    for leak in leaks:
        ours, theirs = leak.training, leak.held_out
        key = (ours.dataset, ours.split, theirs.dataset, theirs.split)
        groups.setdefault(key, []).append(leak)
    return list(groups.values())


def _compared(split: HashedPictures, *, held_out: bool) -> Compared:
    return Compared(
        dataset=split.dataset,
        split=split.split,
        held_out=held_out,
        pictures=len(split),
        plain=int((~split.hashes.any(axis=1)).sum()),
    )


def _overlap(leaks: Sequence[Leak]) -> Overlap:
    ours, theirs = leaks[0].training, leaks[0].held_out
    return Overlap(
        training=(ours.dataset, ours.split),
        held_out=(theirs.dataset, theirs.split),
        pairs=len(leaks),
        training_pictures=len({leak.training.name for leak in leaks}),
        held_out_pictures=len({leak.held_out.name for leak in leaks}),
        mirrored=sum(leak.mirrored for leak in leaks),
    )
