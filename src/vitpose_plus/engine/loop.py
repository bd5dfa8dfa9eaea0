"""The course of a training: epochs, checkpoints, history, and the request to stop."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch.utils.data import DataLoader
from tqdm import tqdm

from vitpose_plus.engine.batches import GlobalBatches
from vitpose_plus.engine.checkpoints import Checkpoint, Checkpoints, Reached
from vitpose_plus.engine.divergence import refuse
from vitpose_plus.engine.examined import Examined
from vitpose_plus.engine.history import HISTORY, History
from vitpose_plus.engine.learner import Gradients, Learner
from vitpose_plus.engine.speed import Speed
from vitpose_plus.engine.stopping import Interrupted, StopRequests
from vitpose_plus.engine.sums import Sums
from vitpose_plus.engine.world import World
from vitpose_plus.errors import StorageError

log = logging.getLogger(__name__)

Examine = Callable[[int], Examined]


@dataclass(frozen=True)
class Surroundings:
    """What a loop works with and does not change.

    Attributes:
        folder: the run's.
        checkpoints: where they lie.
        world: this process among all.
        stop: the request to stop.
        fingerprint: of all that decides the outcome.
        code: checksum of the source.
        progress: whether to show a bar, in a terminal.
    """

    folder: Path
    checkpoints: Checkpoints
    world: World
    stop: StopRequests
    fingerprint: str
    code: str
    progress: bool


class Loop:
    """One run: everything that changes while it goes on.

    Attributes:
        reached: how far it is, but for the sums, which are told at a checkpoint.
        code: checksum of the source that all of it ran with; empty: of several.
    """

    def __init__(
        self, learner: Learner, loader: DataLoader, speed: Speed, around: Surroundings
    ) -> None:
        assert isinstance(loader.batch_sampler, GlobalBatches)
        self.learner, self.loader, self.speed, self.around = learner, loader, speed, around
        self.run, self.world = learner.run, around.world
        self.batches: GlobalBatches = loader.batch_sampler
        self.epoch_sums, self.window_sums = Sums(), Sums()
        self.reached = Reached()
        self.code = around.code
        self.began = time.monotonic()

    @property
    def best_folder(self) -> Path:
        """The best model so far; it moves to the run's folder at the end."""
        return self.around.checkpoints.folder / "best"

    @property
    def seconds(self) -> float:
        """Of the run, over all its interruptions."""
        return self.reached.seconds + time.monotonic() - self.began

    def resume(self) -> None:
        """Begin, or take up the newest checkpoint of this very training."""
        checkpoints, fingerprint = self.around.checkpoints, self.around.fingerprint
        found = checkpoints.newest(fingerprint) if self.world.main else None
        self.reached = self.world.broadcast(found.reached if found else Reached())
        if found is not None:
            self._take_over(found.code)
        if self.reached.step:
            self.learner.restore(found.learned if found else None)
            log.info("going on from step %d of %d", self.reached.step, self._steps)
        if self.world.main:
            self.epoch_sums = Sums(self.reached.epoch_sums)
            self.window_sums = Sums(self.reached.window_sums)
            self.history = History(self.around.folder / HISTORY, self.reached.history)
        hidden = None if self.around.progress and self.world.main else True
        self.bar = tqdm(initial=self.reached.step, total=self._steps, unit="step", disable=hidden)

    def _take_over(self, code: str) -> None:
        """What several versions of the code have trained counts as neither's."""
        if code != self.code:
            log.warning("the code has changed since this training began: it goes on with the new")
            self.code = ""

    def run_through(self, examine: Examine | None) -> None:
        """All that is left; of the last epoch that may be its scoring only."""
        while True:
            done = self.reached.step // self.batches.steps
            if self.reached.closed < done:
                self._close(done - 1, examine)
            if done == self.run.epochs:
                break
            self._train(done)
        self.bar.close()

    def end_if_asked(self) -> None:
        """After the end: whoever asked to stop meanwhile shall not wait for what comes next.

        Raises:
            Interrupted: SIGTERM came.
        """
        if self._any(self.around.stop.requested)[0]:
            raise Interrupted("stopped by SIGTERM; the training is done and its models written")

    @property
    def _steps(self) -> int:
        return self.batches.steps * self.run.epochs

    def _train(self, epoch: int) -> None:
        """From where the run is to the epoch's end, and a checkpoint."""
        self.learner.module.train()
        self.bar.set_description(f"epoch {epoch + 1}/{self.run.epochs}")
        first = self.reached.step % self.batches.steps
        self.batches.begin(epoch, first)
        samples = self._samples()
        self.speed.take()  # what was measured before was partly no training
        for place in range(first + 1, self.batches.steps + 1):
            stop = self._step(samples)
            due = self.run.checkpoint_every and self.reached.step % self.run.checkpoint_every == 0
            if stop or due or place == self.batches.steps:
                self._save()
            if stop:
                log.warning("stopped by SIGTERM; the same command goes on from here")
                raise Interrupted(f"stopped by SIGTERM; step {self.reached.step} is saved")

    def _samples(self) -> Iterator[Any]:
        loaded = iter(self.loader)
        while True:
            with self.speed.waiting():
                batch = next(loaded, None)
            if batch is None:
                return
            yield batch

    def _step(self, samples: Iterator[Any]) -> bool:
        """One optimiser step; returns whether any process is asked to stop."""
        step = self.reached.step
        gradients = self.learner.gradients(samples, step)
        diverged = self.learner.diverged(gradients)
        anyone_diverged, anyone_stopped = self._any(diverged, self.around.stop.requested)
        if anyone_diverged:
            objective = self.learner.objective
            refuse(objective, gradients, step, self.around.folder, self.world)
        self.learner.apply(step)
        self.reached = replace(self.reached, step=step + 1)
        self._note(gradients)
        return anyone_stopped

    def _any(self, *flags: bool) -> list[bool]:
        """Whether any process says so: all must act alike, or they wait for one another."""
        if self.world.size == 1:
            return list(flags)
        device = self.world.device
        return [bool(n) for n in self.world.sum(torch.tensor(flags, device=device).float())]

    def _note(self, gradients: Gradients) -> None:
        for parts in gradients.parts:
            self.epoch_sums.add(parts)
            self.window_sums.add(parts)
        share = {"grad_norm": (gradients.norm / self.world.size, 1 / self.world.size)}
        self.window_sums.add(share)
        self.speed.step(self.run.batch_size)
        self.bar.update()
        if self.reached.step % self.run.log_every == 0:
            means = self.window_sums.take(self.world)
            metrics = means | {"lr": self._rates()[-1][1]} | self.speed.take()
            self._write(metrics)
            self.bar.set_postfix(_shown(metrics))

    def _rates(self) -> list[tuple[str, float]]:
        """Each layer's, the slowest first; a layer's weights learn alike, decayed or not."""
        groups = self.learner.optimiser.param_groups
        rates = {str(group["name"]).partition(",")[0]: float(group["lr"]) for group in groups}
        return sorted(rates.items(), key=lambda each: each[1])

    def _close(self, epoch: int, examine: Examine | None) -> None:
        """An epoch's means, and every few epochs its scoring. All is on disk already."""
        means = self.epoch_sums.take(self.world)
        metrics = {f"{name}_epoch": mean for name, mean in means.items()}
        metrics |= {f"lr/{name}": rate for name, rate in self._rates()}
        self._write(metrics)
        if examine is not None and self.run.scores(epoch):
            with self.around.stop.nothing_to_lose():
                self._examine(epoch, examine)
        self.reached = replace(self.reached, closed=epoch + 1)

    def _examine(self, epoch: int, examine: Examine) -> None:
        with self.learner.averaged():
            found = examine(epoch)
        self._write(found.figures | {"score": found.score})
        if self.world.main:
            for picture in found.pictures:
                self.history.picture(self.reached.step, epoch, picture)
        if self.reached.best_epoch < 0 or found.score > self.reached.best_score:
            self.reached = replace(self.reached, best_epoch=epoch, best_score=found.score)
            self.write_model(self.best_folder)

    def write_model(self, folder: Path) -> None:
        """The network as it is now; every process calls this."""
        weights = self.learner.weights()
        if not self.world.main:
            return
        try:
            self.learner.objective.write(weights, folder)
        except (OSError, SafetensorError) as error:
            raise StorageError(
                f"{folder}: the model could not be written: {error}. Make room and run the same "
                "command again: it goes on from the newest checkpoint."
            ) from error

    def _write(self, metrics: dict[str, float]) -> None:
        if self.world.main:
            epoch = (self.reached.step - 1) // self.batches.steps
            self.history.add(self.reached.step, epoch, metrics)

    def _save(self) -> None:
        with self.speed.paused():
            self._write_checkpoint()

    def _write_checkpoint(self) -> None:
        learned = self.learner.state()
        sums = self.epoch_sums.whole(self.world), self.window_sums.whole(self.world)
        if self.world.main:
            reached = replace(
                self.reached,
                history=self.history.size,
                epoch_sums=sums[0],
                window_sums=sums[1],
                seconds=self.seconds,
            )
            self.around.checkpoints.save(
                Checkpoint(self.around.fingerprint, self.code, reached, learned)
            )


def _shown(metrics: dict[str, float]) -> dict[str, str]:
    """What a terminal has room for."""
    shares = ("data_wait", "mfu")
    shown = {name: f"{metrics[name]:.4g}" for name in ("loss", "samples_per_second")}
    return shown | {name: f"{metrics[name]:.0%}" for name in shares if name in metrics}
