"""How many samples a data set trains on and is scored on, and who says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vitpose_plus.datasets.manifest import MANIFEST_NAME, read_manifest
from vitpose_plus.errors import ConfigurationError

TRAIN, HELD_OUT = "train", "val"


@dataclass(frozen=True)
class Counts:
    """One data set's samples.

    Attributes:
        name: the data set.
        train: trainable instances of its training split: an epoch's samples.
        held_out: those that a scoring predicts.
        source: who says so.
        checked: whether a file of this project or of the user says so.
    """

    name: str
    train: int
    held_out: int
    source: str
    checked: bool = True


_MEMORY = "as widely quoted"
_CONF = "conf/full/parameters_data.yml"

PUBLISHED = {
    each.name: each
    for each in (
        Counts("coco", 149_813, 6_352, _CONF),
        Counts("aic", 378_352, 54_000, _MEMORY, checked=False),
        Counts("mpii", 22_246, 2_958, f"{_MEMORY}; the scored are {_CONF}'s", checked=False),
        Counts("ap10k", 9_120, 1_303, "0.7 and 0.1 of 13,028 animals", checked=False),
        # Shares of video and frame as conf/full/parameters_data.yml has them: 0.8 x 0.9 and 0.2.
        Counts("apt36k", 38_164, 10_601, "our split of the paper's 53,006 animals", checked=False),
        Counts("coco_wholebody", 149_813, 6_352, "COCO's people, with more points", checked=False),
    )
}


def published(name: str) -> Counts:
    """What is published of a data set.

    Raises:
        ConfigurationError: nothing is known here; the message lists what is.
    """
    if name not in PUBLISHED:
        raise ConfigurationError(
            f"no count of {name} is known: give one, as --data {name}=12000. "
            f"Known are {', '.join(PUBLISHED)}"
        )
    return PUBLISHED[name]


def ingested(tables: Path, names: Sequence[str] = ()) -> list[Counts]:
    """What ingestion counted: rows that are no crowd and have a labelled keypoint.

    Args:
        tables: folder with a folder a data set, as `data.tables` names it.
        names: of which ones; empty: of all that have a training split.

    Raises:
        ConfigurationError: there is none, or one has no training split.
        AnnotationError: a named one was not ingested.
    """
    folders = [tables / name for name in names] or sorted(
        path.parent for path in tables.glob(f"*/{MANIFEST_NAME}")
    )
    found = [_counted(folder) for folder in folders]
    kept = [each for each in found if each.train or names]
    if lacking := [each.name for each in kept if not each.train]:
        raise ConfigurationError(f"{tables}: {', '.join(lacking)} has no split {TRAIN!r}")
    if not kept:
        raise ConfigurationError(
            f"{tables} has no ingested data set: run kedro run --pipeline=ingest, or name counts "
            "by --data NAME=COUNT"
        )
    return kept


def _counted(folder: Path) -> Counts:
    splits = read_manifest(folder).splits
    train, held_out = (
        splits[name].trainable if name in splits else 0 for name in (TRAIN, HELD_OUT)
    )
    return Counts(folder.name, train, held_out, str(folder / MANIFEST_NAME))
