"""The other nodes' part: they serve the head's trainings, until the head has ended."""

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vitpose_plus.engine.agent import Ended, run_agent
from vitpose_plus.engine.failures import last_words
from vitpose_plus.engine.offer import Offer
from vitpose_plus.engine.stopping import STOPPED, StopRequests
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.nodes.head_watch import HeadWatch
from vitpose_plus.nodes.placement import Placement

log = logging.getLogger(__name__)

PAUSE = 0.5  # seconds
OVERDUE = 30.0  # seconds that an agent may take to notice that its training is over
OURS = "vitpose_plus."


class _Withdrawn(Exception):
    """The head has ended this training, and goes on to another or to its end."""


def serve(
    placement: Placement, head: HeadWatch, stop: StopRequests, patience: float, grace: float
) -> int:
    """Take part in every training that the head offers.

    A head that is gone may come back: whoever restarts it, its training goes on from its newest
    checkpoint, and this node with it. If this node is asked to stop, the head is told, and stores
    what there is: until it has, this node stays, for engines end all nodes when one has ended.

    Args:
        placement: this node's.
        head: looks at the board.
        stop: listens for SIGTERM.
        patience: seconds that the head may be silent.
        grace: seconds from SIGTERM to the moment when this machine may be gone.

    Returns:
        the exit code: the head's, or 75 if this node was asked to stop or has waited in vain.

    Raises:
        ConfigurationError: what answers is no head of this version, or offers no training.
    """
    done: set[str] = set()
    while not stop.requested:
        if head.ended is not None:
            log.info("the head has ended with exit code %d", head.ended)
            return head.ended
        offer = head.notice.offer
        if offer is not None and offer.number not in done:
            ended = _take_part(placement, offer, head, stop, patience)
            if ended.code == 0:
                done.add(offer.number)
        elif head.silent() > patience:
            log.error("the head at %s has been silent for %.0f s", placement.head, patience)
            return STOPPED
        time.sleep(PAUSE)
    log.warning("this node was asked to stop: the head is told, and stores what there is")
    head.tell("stopping", grace - stop.seconds)
    return STOPPED


def _take_part(
    placement: Placement, offer: Offer, head: HeadWatch, stop: StopRequests, patience: float
) -> Ended:
    if not offer.worker.startswith(OURS):
        raise ConfigurationError(f"the head offers {offer.worker}, which is none of our workers")
    # The address by which this node knows the head may be another than the head's own.
    port = str(offer.launch.rendezvous).rpartition(":")[2]
    launch = replace(offer.launch, rendezvous=f"{placement.head}:{port}")
    log.info("node %d takes part in %s", placement.rank, offer.worker)
    with tempfile.TemporaryDirectory(prefix="vitpose-node-") as name:
        folder = Path(name)
        (folder / "job.json").write_text(offer.job)
        arguments = folder / "job.json", folder / "result.json"
        tick = _watching(offer, head, stop)
        meeting = replace(offer.meeting, head=False)
        try:
            ended = run_agent(
                offer.worker, arguments, launch, folder, tick, meeting=meeting, stop=stop
            )
        except _Withdrawn:
            return Ended(stopped=stop.requested, code=0)
        if ended.code and not ended.stopped:
            log.warning("this node's processes died; the last words were:\n%s", last_words(folder))
        return ended


def _watching(offer: Offer, head: HeadWatch, stop: StopRequests) -> Callable[[], None]:
    """What ends an agent whose training is over, and tells the head of a request to stop."""
    offered = time.monotonic()

    def tick() -> None:
        nonlocal offered
        if stop.requested:
            head.state = "stopping"
        shown = head.notice.offer
        if head.ended is not None or (shown is not None and shown.number != offer.number):
            raise _Withdrawn
        if shown is not None or head.silent() > PAUSE * 10:
            offered = time.monotonic()
        elif time.monotonic() - offered > OVERDUE:
            raise _Withdrawn

    return tick
