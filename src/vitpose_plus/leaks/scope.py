"""What a leak check looked at: enough to tell whether its report is of the same pictures."""

import hashlib
from collections.abc import Sequence

from vitpose_plus.datasets.picture_hash import HASH_VERSION
from vitpose_plus.leaks.hashed import HashedPictures
from vitpose_plus.leaks.settings import Leaks
from vitpose_plus.settings import settings


@settings
class Compared:
    """One split that was looked at.

    Attributes:
        dataset, split: which.
        held_out: scored on; else trained on.
        pictures: how many.
        plain: of those, without a hash: one colour all over.
        checksum: SHA-256 of the names and hashes.
    """

    dataset: str
    split: str
    held_out: bool
    pictures: int
    plain: int
    checksum: str

    def __str__(self) -> str:
        return f"{self.dataset} {self.split}, {'scored' if self.held_out else 'trained'} on"


@settings
class Scope:
    """What was compared, and how.

    Attributes:
        distance: bits that were allowed to differ.
        hash_version: of `datasets.picture_hash`.
        compared: the splits.
        not_compared: data sets that were there and left out by `Leaks.skip`.
    """

    distance: int
    hash_version: str
    compared: tuple[Compared, ...]
    not_compared: tuple[str, ...]


def scope_of(
    training: Sequence[HashedPictures], held_out: Sequence[HashedPictures], rule: Leaks
) -> Scope:
    """What a check of these splits looks at."""
    given = sorted({split.dataset for split in (*training, *held_out)})
    return Scope(
        distance=rule.distance,
        hash_version=HASH_VERSION,
        compared=(
            *(_compared(split, held_out=False) for split in without_skipped(training, rule)),
            *(_compared(split, held_out=True) for split in without_skipped(held_out, rule)),
        ),
        not_compared=tuple(name for name in given if name in rule.skip),
    )


def without_skipped(splits: Sequence[HashedPictures], rule: Leaks) -> list[HashedPictures]:
    """The splits that are compared."""
    return [split for split in splits if split.dataset not in rule.skip]


def difference(was: Scope, now: Scope) -> str | None:
    """The first thing in which two checks differ, as a sentence; the splits' order is none."""
    if was.hash_version != now.hash_version:
        return f"its hashes are {was.hash_version}, not {now.hash_version}"
    if was.distance != now.distance:
        return f"{was.distance} bits were allowed to differ, not {now.distance}"
    before = {str(split): split for split in was.compared}
    after = {str(split): split for split in now.compared}
    for split in sorted(before.keys() | after.keys()):
        if split not in before:
            return f"{split}: not compared in it"
        if split not in after:
            return f"{split}: compared in it, and not there any more or skipped"
        if before[split] != after[split]:
            return f"{split}: its pictures have changed since"
    if set(was.not_compared) != set(now.not_compared):
        return "other data sets were skipped"
    return None


def _compared(split: HashedPictures, *, held_out: bool) -> Compared:
    return Compared(
        dataset=split.dataset,
        split=split.split,
        held_out=held_out,
        pictures=len(split),
        plain=int((~split.hashes.any(axis=1)).sum()),
        checksum=_checksum(split),
    )


def _checksum(split: HashedPictures) -> str:
    digest = hashlib.sha256()
    for name in split.names:
        # A name cannot hold a zero byte: "a", "bc" and "ab", "c" stay apart.
        digest.update(str(name).encode() + b"\0")
    digest.update(split.hashes.tobytes())
    return digest.hexdigest()
