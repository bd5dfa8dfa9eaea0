"""The head's part: it brings data and checkpoints, runs the command, and keeps what it makes."""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vitpose_plus.engine.agent import GRACE
from vitpose_plus.engine.offer import OFFER, PATIENCE
from vitpose_plus.engine.stopping import StopRequests
from vitpose_plus.errors import StorageError
from vitpose_plus.nodes.board import Board
from vitpose_plus.nodes.command import BY_SIGNAL, run_command
from vitpose_plus.nodes.data_version import pull
from vitpose_plus.nodes.others import Others
from vitpose_plus.nodes.placement import Placement
from vitpose_plus.nodes.settings import KEPT_IN, Node

if TYPE_CHECKING:
    from vitpose_plus.mirror.mirroring import Mirror

log = logging.getLogger(__name__)

AT_LEISURE = 3600.0  # seconds for the last snapshot where nobody wants the machine back
PROCESSES, NODES, RENDEZVOUS = "VITPOSE_PROCESSES", "VITPOSE_NODES", "VITPOSE_RENDEZVOUS"


def lead(node: Node, placement: Placement) -> int:
    """Do all of it, and tell the other nodes when it is over.

    Returns:
        the command's exit code; 75 if a node was asked to stop, or is gone: start all again.

    Raises:
        StorageError: data or checkpoints cannot be brought, or the last ones not be stored.
        ConfigurationError: there is no such command, or a port is taken.
        Interrupted: SIGTERM came before the command began.
    """
    with tempfile.TemporaryDirectory(prefix="vitpose-head-") as name, StopRequests() as stop:
        head = _Head(node, placement, stop, Path(name, "offer.json"))
        if placement.nodes == 1:
            return head.run()
        with Board(node.board, head.offer, placement.job) as board:
            head.others = others = Others(board, set(range(1, placement.nodes)))
            code = 1
            try:
                code = others.judge(head.run())
            except SystemExit as error:
                code = int(error.code or 0)
                raise
            finally:
                others.dismiss(code, head.left())
            return code


class _Head:
    """The work, and the time that there is for it."""

    def __init__(self, node: Node, placement: Placement, stop: StopRequests, offer: Path) -> None:
        self.offer = offer
        self.others: Others | None = None
        self._node, self._placement, self._stop = node, placement, stop

    def run(self) -> int:
        """Bring what is needed, run the command, store what it made."""
        node = self._node
        with self._stop.nothing_to_lose():
            self._restore()
            pull(node.pull, node.remote)
        with self._stored() as why_stop:
            code = run_command(node.command, self._environment(), self._stop, why_stop)
            self.offer.unlink(missing_ok=True)  # a command that was killed has left it
            if code > BY_SIGNAL:
                self._wait_for_workers()
            return code

    def left(self) -> float:
        """Seconds until this machine or another may be gone."""
        since = self.others.stopping_for() if self.others is not None else 0.0
        asked = max(self._stop.seconds, since)
        return max(0.0, self._node.grace - asked) if asked else AT_LEISURE

    def _restore(self) -> None:
        if not self._node.sources and self._node.store is None:
            return
        from vitpose_plus.mirror.restore import restore

        for source in self._node.sources:
            restore(source.store, [source.folder])
        if self._node.store is not None:
            restore(self._node.store, self._node.keep)

    @contextmanager
    def _stored(self) -> Iterator[Callable[[], str | None]]:
        """Store what the block writes, and the rest of it at the end.

        Yields:
            what tells why to end the block.
        """
        if self._node.store is None:
            yield self._why_stop
            return
        from vitpose_plus.mirror.mirroring import mirroring

        try:
            with mirroring(self._node.store, self._node.keep, deadline=self.left) as mirror:
                yield lambda: self._why_stop(mirror)
        except StorageError as error:
            if mirror.refused.is_set() or self.left() == AT_LEISURE:
                raise
            # What is stored is what all go on from.
            log.error("%s", error)

    def _why_stop(self, mirror: "Mirror | None" = None) -> str | None:
        if mirror is not None and mirror.refused.is_set():
            return "another machine stores what it does in the same place"
        return self.others.why_stop() if self.others is not None else None

    def _wait_for_workers(self) -> None:
        """A command that was killed leaves workers that save, and then end."""
        from filelock import FileLock, Timeout

        for folder in self._node.keep:
            for lock in folder.rglob(".training.lock"):
                try:
                    with FileLock(lock, timeout=min(GRACE, self.left())):
                        pass
                except Timeout:
                    log.warning("%s is still held: what its training saves is not stored", lock)

    def _environment(self) -> dict[str, str]:
        """What conf/ reads of the cluster, and where launches write what other nodes shall do."""
        placement, node = self._placement, self._node
        told = {} if placement.processes is None else {PROCESSES: str(placement.processes)}
        if node.store is not None:
            told[KEPT_IN] = node.store.address
        if placement.nodes > 1:
            told |= {
                NODES: str(placement.nodes),
                RENDEZVOUS: f"{placement.head}:{node.port}",
                OFFER: str(self.offer),
                PATIENCE: str(node.patience),
            }
        return dict(os.environ) | told
