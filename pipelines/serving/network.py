"""A network that many threads use: one thread runs it, on what waits together."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread

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


class Network:
    """`estimate` for a server's threads.

    PyTorch keeps a team of OpenMP threads for every thread that calls it, and teams that wait
    spinning would take the cores from each other; so one thread calls it. What comes in meanwhile
    goes through the network as one batch, which costs less than one after another.
    """

    def __init__(self, model: ViTPose) -> None:
        self._model = model
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        Thread(target=self._work, name="network", daemon=True).start()

    def estimate(self, rows: list[Row], task: str, flip: bool) -> list[Poses]:
        """Wait for the poses of some pictures, in their order."""
        job = Job(rows, task, flip)
        self._jobs.put(job)
        return job.answer.result()

    def _work(self) -> None:
        while True:
            waiting = [self._jobs.get()]
            while not self._jobs.empty():
                waiting.append(self._jobs.get())
            for kind in dict.fromkeys((job.task, job.flip) for job in waiting):
                self._run([job for job in waiting if (job.task, job.flip) == kind], *kind)

    def _run(self, jobs: list[Job], task: str, flip: bool) -> None:
        rows = [row for job in jobs for row in job.rows]
        pictures, boxes = [row.picture for row in rows], [row.boxes for row in rows]
        try:
            poses = iter(estimate(self._model, pictures, boxes, task, flip=flip))
        except Exception as error:  # Rows were judged before: what fails here fails for all.
            for job in jobs:
                job.answer.set_exception(error)
        else:
            for job in jobs:
                job.answer.set_result([next(poses) for _ in job.rows])
