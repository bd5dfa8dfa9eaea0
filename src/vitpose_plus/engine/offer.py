"""A training that other nodes may take part in, as the head tells them of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from vitpose_plus.engine.agent import Meeting
from vitpose_plus.engine.config import Launch
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import write_typed

OFFER = "VITPOSE_OFFER"  # names the file that `vitpose node` shows to the other nodes
PATIENCE = "VITPOSE_PATIENCE"  # seconds that its nodes wait for one another


@settings
class Offer:
    """What a node needs to start its part of a training's processes.

    Attributes:
        meeting: its number no other offer has, not even of the same training begun again.
        worker: the module that each process runs.
        job: its settings, as JSON text.
        launch: processes, nodes, and where they meet.
    """

    meeting: Meeting
    worker: str
    job: str
    launch: Launch

    @property
    def number(self) -> str:
        """By which it is told from others."""
        return self.meeting.number


@contextmanager
def offered(worker: str, job: Path, launch: Launch) -> Iterator[Meeting]:
    """Let other nodes take part as long as the block lasts.

    Args:
        worker: the module.
        job: the file with its settings.
        launch: processes and nodes.

    Yields:
        where they meet; without a number: nobody shows it to them.
    """
    place = os.environ.get(OFFER)
    if place is None or launch.nodes == 1:
        yield Meeting()
        return
    patience = float(os.environ.get(PATIENCE, Meeting().patience))
    meeting = Meeting(number=uuid4().hex, patience=patience)
    write_typed(
        Offer(meeting=meeting, worker=worker, job=job.read_text(), launch=launch), Path(place)
    )
    try:
        yield meeting
    finally:
        Path(place).unlink(missing_ok=True)
