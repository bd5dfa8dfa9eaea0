"""The leaks that concern one experiment, and what it does about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitpose_plus.errors import ConfigurationError, ValidationError
from vitpose_plus.leaks.files import leaks_of, pictures_of, read_pairs, read_summary
from vitpose_plus.leaks.pairs import Leak
from vitpose_plus.leaks.scope import Scope
from vitpose_plus.pages import PAGE_NAME

NAMED = 10


@dataclass(frozen=True)
class Concern:
    """Training pictures of an experiment that look like its held-out ones.

    Attributes:
        folder: of the report.
        pairs: each picture with its nearest in each split of the other side.
        held_out_pictures: different held-out pictures that look like a training one.
        excluded: file names of the training pictures, by data set and split.
        nearest: the first pairs, the most alike first.
        not_compared: data sets of the experiment that the check skipped.
    """

    folder: Path
    pairs: int
    held_out_pictures: int
    excluded: Mapping[tuple[str, str], set[str]]
    nearest: Sequence[Leak]
    not_compared: tuple[str, ...]

    @property
    def training_pictures(self) -> int:
        """Different training pictures that look like a held-out one."""
        return sum(map(len, self.excluded.values()))


def concerning(folder: Path, training: Collection[str], held_out: Collection[str]) -> Concern:
    """The leaks from an experiment's training pictures to its held-out ones.

    Args:
        folder: what `check_leaks` wrote, under whatever action.
        training: data sets that are trained on.
        held_out: data sets that are scored on or protected (`Leaks.protect`).

    Raises:
        ConfigurationError: no leak check was run there, or by another version, or without one
            of the data sets.
    """
    scope = read_summary(folder).scope
    _refuse_unknown({*training, *held_out}, scope, folder)
    rows = _among(read_pairs(folder), "training_dataset", training)
    rows = _among(rows, "held_out_dataset", held_out)
    excluded: dict[tuple[str, str], set[str]] = {}
    for picture in pictures_of(rows, "training"):
        excluded.setdefault((picture.dataset, picture.split), set()).add(picture.name)
    return Concern(
        folder=folder,
        pairs=len(rows),
        held_out_pictures=len(set(pictures_of(rows, "held_out"))),
        excluded=excluded,
        nearest=leaks_of(_nearest(rows, NAMED)),
        not_compared=tuple(
            name for name in scope.not_compared if name in training or name in held_out
        ),
    )


def refuse(concern: Concern) -> None:
    """Stop where there is a leak.

    Raises:
        ValidationError: naming the first pairs, the report and the mend.
    """
    if not concern.pairs:
        return
    lines = [
        f"{concern.training_pictures} training pictures look like "
        f"{concern.held_out_pictures} held-out ones. The nearest:",
        *(f"  {_tell(leak)}" for leak in concern.nearest),
        f"  … and {more} pairs more" if (more := concern.pairs - len(concern.nearest)) else "",
        f"{concern.folder / PAGE_NAME} shows them. Leave them out of training by "
        "data.leaks.action: drop, or train all the same by warn.",
    ]
    raise ValidationError("\n".join(line for line in lines if line))


def _refuse_unknown(datasets: set[str], scope: Scope, folder: Path) -> None:
    known = {split.dataset for split in scope.compared} | set(scope.not_compared)
    if missing := sorted(datasets - known):
        raise ConfigurationError(
            f"{folder}: {', '.join(missing)} had no pictures when leaks were looked for. "
            "Ingest it and run the leak check again."
        )


def _among(rows: pa.Table, column: str, names: Collection[str]) -> pa.Table:
    return rows.filter(pc.is_in(rows.column(column), pa.array(sorted(names), pa.string())))


def _nearest(rows: pa.Table, count: int) -> pa.Table:
    return rows.take(np.argsort(rows.column("distance").to_numpy(), kind="stable")[:count])


def _tell(leak: Leak) -> str:
    turned = ", mirrored" if leak.mirrored else ""
    return f"{leak.training} looks like {leak.held_out} ({leak.distance} bits differ{turned})"
