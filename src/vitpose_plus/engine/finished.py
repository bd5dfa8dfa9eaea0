"""The record of a training that came to its end, so that the same command need not repeat it."""

import hashlib
import logging
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from vitpose_plus.engine.history import HISTORY, History
from vitpose_plus.engine.world import World
from vitpose_plus.errors import StorageError
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import read_typed, write_typed

log = logging.getLogger(__name__)

FINISHED = "finished.json"  # in a run's folder
MODELS = ("best", "last")


@dataclass(frozen=True)
class Optimised:
    """What a run left behind, beside the models in `best` and `last`.

    Attributes:
        best_epoch: counted from 0.
        best_score: that epoch's; NaN where nothing was examined.
        seconds: of the run, with its examinations, over all its interruptions.
        steps: optimiser steps.
    """

    best_epoch: int
    best_score: float
    seconds: float
    steps: int


@settings
class Finished:
    """What decided the outcome, and the outcome.

    Attributes:
        fingerprint: of configuration and data.
        code: checksum of this package's source.
        files: of the models, as paths from the folder.
        best_epoch, best_score, seconds, steps: as in `Optimised`; no score where it was NaN.
    """

    fingerprint: str
    code: str
    files: tuple[str, ...]
    best_epoch: int
    best_score: float | None
    seconds: float
    steps: int


def write_finished(folder: Path, fingerprint: str, done: Optimised) -> None:
    """Say that this training is done; its models lie there already."""
    outcome = asdict(done)
    if math.isnan(done.best_score):
        outcome["best_score"] = None  # JSON has no NaN
    files = [path for name in MODELS for path in sorted((folder / name).rglob("*"))]
    names = tuple(path.relative_to(folder).as_posix() for path in files)
    finished = Finished(fingerprint=fingerprint, code=code_checksum(), files=names, **outcome)
    write_typed(finished, folder / FINISHED)


def find_finished(folder: Path, fingerprint: str, world: World) -> Optimised | None:
    """What this very training, of this very code, left here if it came to its end.

    Its history is opened once more, so that whoever follows it is told of it all.
    """
    # Only the main process need see the folder.
    return world.broadcast(_find(folder, fingerprint) if world.main else None)


def begin_anew(folder: Path) -> None:
    """What lies here is about to be replaced, and no longer counts as done."""
    (folder / FINISHED).unlink(missing_ok=True)


def code_checksum() -> str:
    """SHA-256 of this package's modules: other code may give another outcome."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _find(folder: Path, fingerprint: str) -> Optimised | None:
    try:
        found = read_typed(Finished, folder / FINISHED, error=StorageError, absent="", stale="")
    except StorageError:
        return None
    if (found.fingerprint, found.code) != (fingerprint, code_checksum()):
        return None
    if not all((folder / name).exists() for name in (*found.files, HISTORY)):
        return None
    log.info(
        "%s: this very training is done. Its models are taken as they are; remove %s to train "
        "again.",
        *(folder, folder / FINISHED),
    )
    History(folder / HISTORY, (folder / HISTORY).stat().st_size)
    score = math.nan if found.best_score is None else found.best_score
    return Optimised(found.best_epoch, score, found.seconds, found.steps)
