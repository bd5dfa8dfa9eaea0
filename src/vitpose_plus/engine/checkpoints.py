"""A training's checkpoints: whole or not there, the newest good one found by itself."""

import logging
import math
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vitpose_plus.engine.history import HISTORY
from vitpose_plus.errors import StorageError
from vitpose_plus.replacement import beside, replacing_file

log = logging.getLogger(__name__)

KEPT = 2  # the newest, and one before it in case that is damaged later
NamedSums = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Learned:
    """What learning has changed, whole and on the CPU.

    Attributes:
        weights: the network's, by name.
        optimiser: its state by the parameters' names.
        scaler: of float16's losses; empty in other precisions.
        average: the averaged network; empty where none is kept.
    """

    weights: dict[str, Tensor]
    optimiser: dict[str, Any]
    scaler: dict[str, Any]
    average: dict[str, Tensor]


@dataclass(frozen=True)
class Reached:
    """How far a run has come.

    Attributes:
        step: optimiser steps done.
        closed: epochs whose end has been scored and logged.
        best_epoch: counted from 0; -1 before the first scoring.
        best_score: that epoch's.
        history: bytes of the history that were written before.
        epoch_sums: of the losses since the epoch began.
        window_sums: of the losses since the last line of the history.
        seconds: spent so far.
    """

    step: int = 0
    closed: int = 0
    best_epoch: int = -1
    best_score: float = math.nan
    history: int = 0
    epoch_sums: NamedSums = field(default_factory=dict)
    window_sums: NamedSums = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Checkpoint:
    """Everything that the rest of a training depends on beside its configuration and data.

    Random numbers, order and rates are functions of the step, so they are not here.

    Attributes:
        fingerprint: of the configuration and data that it belongs to.
        code: checksum of the source that the run began with.
        reached: how far the run is.
        learned: what it has learned.
    """

    fingerprint: str
    code: str
    reached: Reached
    learned: Learned


class Checkpoints:
    """The folder that they lie in, while a training runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def newest(self, fingerprint: str) -> Checkpoint | None:
        """The newest that can be read, of this very training.

        Checkpoints of another configuration or other data are set aside, not deleted: they may
        have cost days. With that configuration they are taken up again.

        Raises:
            StorageError: one is there and cannot be read now, or another version wrote it.
        """
        for unfinished in self.folder.glob(".part-*"):
            unfinished.unlink()
        found = _newest(self.folder)
        if found is not None and found.fingerprint == fingerprint:
            return found
        if found is not None:
            self._set_aside()
        for aside in self._asides():
            found = _newest(aside)
            if found is not None and found.fingerprint == fingerprint:
                self._bring_back(aside)
                return found
        return None

    def save(self, checkpoint: Checkpoint) -> None:
        """Write one under a temporary name, force it to the disk, rename it, drop older ones.

        Raises:
            StorageError: it could not be written; what was there before still is.
        """
        path = self.folder / f"step_{checkpoint.reached.step:09d}.pt"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing_file(path) as part:
                _write(checkpoint, part)
        except OSError as error:
            raise StorageError(self._not_written(path, error)) from error
        for old in _paths(self.folder)[KEPT:]:
            old.unlink(missing_ok=True)

    def clear_if_of(self, fingerprint: str) -> None:
        """The same where that is not certain: another training's stay."""
        found = _newest(self.folder)
        if found is not None and found.fingerprint == fingerprint:
            self.clear()

    def clear(self) -> None:
        """The training is done. What is killed here leaves nothing that looks like a checkpoint."""
        done = self.folder.with_name(f".{self.folder.name}.done")
        shutil.rmtree(done, ignore_errors=True)
        if self.folder.exists():
            self.folder.rename(done)
        shutil.rmtree(done, ignore_errors=True)

    def _asides(self) -> list[Path]:
        return sorted(self.folder.parent.glob(f"{self.folder.name}.other-*"))

    def _set_aside(self) -> None:
        """With its history, which the new training's would take the place of."""
        aside = beside(self.folder)
        history = self.folder.with_name(HISTORY)
        if history.exists():
            shutil.copy(history, self.folder / HISTORY)
        self.folder.rename(aside)
        log.warning(
            "the unfinished training in %s had another configuration or other data: it is kept "
            "in %s, and this one begins anew. Delete that folder, or set the configuration back "
            "to go on with it.",
            *(self.folder, aside),
        )

    def _bring_back(self, aside: Path) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        aside.rename(self.folder)
        history = self.folder / HISTORY
        if history.exists():
            shutil.move(history, self.folder.with_name(HISTORY))
        log.info("the unfinished training in %s is of this configuration: it goes on", aside)

    def _not_written(self, path: Path, error: OSError) -> str:
        free = shutil.disk_usage(self.folder.parent).free / 2**20
        older = next((p.name for p in _paths(self.folder)), "none yet")
        return (
            f"{path}: the checkpoint could not be written: {error.strerror or error} "
            f"({free:.0f} MiB free). The one before it is untouched ({older}). Make room and "
            "run the same command again: it goes on from there."
        )


def _paths(folder: Path) -> list[Path]:
    """The newest first."""
    return sorted(folder.glob("step_*.pt"), reverse=True)


def _newest(folder: Path) -> Checkpoint | None:
    """What cannot be read is renamed: it would count as newer than what is saved from now on."""
    for path in _paths(folder):
        checkpoint = _read(path)
        if checkpoint is not None:
            return checkpoint
        path.rename(path.with_suffix(".damaged"))
    return None


def _write(checkpoint: Checkpoint, path: Path) -> None:
    content = {
        "fingerprint": checkpoint.fingerprint,
        "code": checkpoint.code,
        "reached": vars(checkpoint.reached),
        "learned": vars(checkpoint.learned),
    }
    with path.open("wb") as file:
        try:
            torch.save(content, file)
        except RuntimeError as error:
            # torch.save's own writer tells of a full disk in its own words.
            raise OSError(str(error).splitlines()[0]) from error
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> Checkpoint | None:
    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
        reached, learned = held["reached"], held["learned"]
        fingerprint, code = held["fingerprint"], held["code"]
    except (OSError, MemoryError) as error:
        # Nothing is wrong with the file: another node, or another hour, may read it.
        raise StorageError(
            f"{path}: the checkpoint cannot be read now: {error or type(error).__name__}. Nothing "
            "was changed; mend that and run the same command again"
        ) from error
    except Exception as error:
        log.warning("%s is damaged (%s): the one before it is taken", path, error)
        return None
    try:
        return Checkpoint(fingerprint, code, Reached(**reached), Learned(**learned))
    except TypeError as error:
        raise StorageError(
            f"{path}: another version of this code wrote the checkpoint ({error}). Go on with "
            f"that version, or remove {path.parent} to begin anew"
        ) from error
