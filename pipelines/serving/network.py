"""A network that many threads use: one thread runs it, on what waits together."""

import os
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread
from weakref import finalize

from pipelines.serving.rows import Row
from vitpose_plus.inference.estimate import Poses, estimate
from vitpose_plus.models import ViTPose


@dataclass(frozen=True, eq=False)
class Job:
    """Rows of one task that someone waits for."""

    rows: list[Row]
    task: str
    flip: bool
    answer: "Future[list[Poses]]" = field(default_factory=Future)


Jobs = SimpleQueue[Job | None]  # None ends the thread.


class Network:
    """`estimate` for a server's threads.

    PyTorch keeps a team of OpenMP threads for every thread that calls it, and teams that wait
    spinning would take the cores from each other; so one thread calls it. What comes in meanwhile
    goes through the network as one batch, which costs less than one after another.
    """

    def __init__(self, model: ViTPose) -> None:
        self._model = model
        self._starting = Lock()
        self._process: int | None = None

    def estimate(self, rows: list[Row], task: str, flip: bool) -> list[Poses]:
        """Wait for the poses of some pictures, in their order."""
        if self._process != os.getpid():  # A fork does not copy threads.
            self._start()
        job = Job(rows, task, flip)
        self._jobs.put(job)
        return job.answer.result()

    def _start(self) -> None:
        with self._starting:
            if self._process == os.getpid():
                return
            self._jobs: Jobs = SimpleQueue()
            # The thread must not hold this object: its end is the thread's.
            Thread(
                target=_work, args=(self._model, self._jobs), name="network", daemon=True
            ).start()
            finalize(self, self._jobs.put, None).atexit = False
            self._process = os.getpid()


def _work(model: ViTPose, jobs: Jobs) -> None:
    while waiting := _waiting(jobs):
        for kind in dict.fromkeys((job.task, job.flip) for job in waiting):
            _run(model, [job for job in waiting if (job.task, job.flip) == kind], *kind)
        del waiting  # or their pictures would stay until the next ones come


def _waiting(jobs: Jobs) -> list[Job]:
    """All jobs that wait, at least one; none at the end, which comes when nobody waits."""
    waiting = [jobs.get()]
    while not jobs.empty():
        waiting.append(jobs.get())
    return [job for job in waiting if job is not None]


def _run(model: ViTPose, jobs: list[Job], task: str, flip: bool) -> None:
    rows = [row for job in jobs for row in job.rows]
    pictures, boxes = [row.picture for row in rows], [row.boxes for row in rows]
    try:
        poses = iter(estimate(model, pictures, boxes, task, flip=flip))
    except Exception as error:  # Rows were judged before: what fails here fails for all.
        for job in jobs:
            job.answer.set_exception(error)
    else:
        for job in jobs:
            job.answer.set_result([next(poses) for _ in job.rows])
