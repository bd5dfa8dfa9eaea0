"""The record of a training that came to its end, so that the same command need not repeat it."""

import hashlib
import logging
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from vitpose_plus.checksum import sha256_of
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
        models: their files, as paths from the folder, with a checksum of what is no JSON.
        history: bytes of the journal, and their checksum.
        best_epoch, best_score, seconds, steps: as in `Optimised`; no score where it was NaN.
    """

    fingerprint: str
    code: str
    models: dict[str, str]
    history: tuple[int, str]
    best_epoch: int
    best_score: float | None
    seconds: float
    steps: int


def write_finished(folder: Path, fingerprint: str, code: str, done: Optimised) -> None:
    """Say that this training is done; its models lie there already, and reach the disk first."""
    os.sync()
    outcome = asdict(done)
    if math.isnan(done.best_score):
        outcome["best_score"] = None  # JSON has no NaN
    size = (folder / HISTORY).stat().st_size
    finished = Finished(
        fingerprint=fingerprint,
        code=code,
        models=_models(folder),
        history=(size, _history_checksum(folder, size)),
        **outcome,
    )
    write_typed(finished, folder / FINISHED)
    os.sync()


def find_finished(folder: Path, fingerprint: str, code: str, world: World) -> Optimised | None:
    """What this very training, of this very code, left here if it came to its end.

    Its history is opened once more, so that whoever follows it is told of it all.
    """
    # Only the main process need see the folder.
    return world.broadcast(_find(folder, fingerprint, code) if world.main else None)


def begin_anew(folder: Path) -> None:
    """What lies here is about to be replaced, and no longer counts as done."""
    (folder / FINISHED).unlink(missing_ok=True)


def code_checksum() -> str:
    """SHA-256 of this package's modules: other code may give another outcome."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    modules = [path for path in sorted(package.rglob("[!.]*.py")) if path.is_file()]
    for path in modules:
        digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _find(folder: Path, fingerprint: str, code: str) -> Optimised | None:
    try:
        found = read_typed(Finished, folder / FINISHED, error=StorageError, absent="", stale="")
    except StorageError:
        return None
    if (found.fingerprint, found.code) != (fingerprint, code):
        return None
    if found.models != _models(folder):
        return None  # something else was put in their place
    log.info(
        "%s: this very training is done. Its models are taken as they are; remove %s to train "
        "again.",
        *(folder, folder / FINISHED),
    )
    size, checksum = found.history
    if _history_checksum(folder, size) == checksum:
        History(folder / HISTORY, (folder / HISTORY).stat().st_size)
    else:
        log.warning("%s: a later training has replaced the curves of this one", folder / HISTORY)
    score = math.nan if found.best_score is None else found.best_score
    return Optimised(found.best_epoch, score, found.seconds, found.steps)


def _models(folder: Path) -> dict[str, str]:
    """A model's JSON may be told more once it is measured, as a token's is: its weights stay."""
    files = [path for name in MODELS for path in sorted((folder / name).rglob("*"))]
    return {
        path.relative_to(folder).as_posix(): "" if path.suffix == ".json" else sha256_of(path)
        for path in files
        if path.is_file()
    }


def _history_checksum(folder: Path, size: int) -> str:
    path = folder / HISTORY
    content = path.read_bytes()[:size] if path.is_file() else b""
    return hashlib.sha256(content).hexdigest()
