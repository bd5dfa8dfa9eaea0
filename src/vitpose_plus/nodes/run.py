"""A node's whole life."""

import logging
import os
import shlex
import tempfile

from vitpose_plus.engine.stopping import STOPPED, StopRequests
from vitpose_plus.errors import VitposeError
from vitpose_plus.nodes.command import run_command
from vitpose_plus.nodes.data_version import pull
from vitpose_plus.nodes.head import lead
from vitpose_plus.nodes.head_watch import HeadWatch
from vitpose_plus.nodes.member import serve
from vitpose_plus.nodes.placement import Placement, find_placement
from vitpose_plus.nodes.settings import Node

log = logging.getLogger(__name__)

LAST_WORD = 3.0  # seconds for the head to hear that this node cannot take part


def run_node(node: Node) -> int:
    """Find this node's place, and do the head's part or another's.

    Returns:
        the exit code; 75: nothing is wrong, run the same again.

    Raises:
        VitposeError: see `head.lead` and `member.serve`.
    """
    placement = find_placement(os.environ)
    log.info(
        "node %d of %d, started by %s; the head is %s",
        *(placement.rank, placement.nodes, placement.engine, placement.head),
    )
    return lead(node, placement) if placement.rank == 0 else _follow(node, placement)


def _follow(node: Node, placement: Placement) -> int:
    """Have the data, then serve; the head is told where that fails."""
    with StopRequests() as stop, HeadWatch(placement, node.board) as head:
        try:
            code = 0 if node.shared_disk else _have_data(node, stop)
            if code == 0 and not stop.requested:
                return serve(placement, head, stop, node.patience, node.grace)
        except VitposeError:
            head.tell("failed", LAST_WORD)
            raise
        if stop.requested:
            head.tell("stopping", node.grace - stop.seconds)
            return STOPPED
        head.tell("failed", LAST_WORD)
        return code


def _have_data(node: Node, stop: StopRequests) -> int:
    with stop.nothing_to_lose():
        pull(node.pull, node.remote)
    if node.prepare is None or stop.requested:
        return 0
    with tempfile.TemporaryDirectory(prefix="vitpose-prepare-") as folder:
        # The head's run is the one that counts.
        tracking = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db"}
        code = run_command(shlex.split(node.prepare), os.environ | tracking, stop)
    if code not in (0, STOPPED):
        log.error("this node cannot take part: %s has ended with exit code %d", node.prepare, code)
    return code
