"""What a fresh cluster takes before it trains, and what spot machines take away: assumptions."""

from collections.abc import Mapping

from pydantic import Field

from vitpose_plus.settings import settings

# Minutes from an order to the first step where a disk is empty, on every node at once.
START: Mapping[str, int] = {
    "to rent and boot": 10,
    "for the packages": 5,  # 7 GB of wheels
    "to unpack the archives": 15,  # about 100 GB, a thread at 110 MB/s
    "to ingest and cut crops": 10,  # 750,000 people at 4 ms of a core, eight at work; tables
}


@settings
class Interruptions:
    """How often machines start, and what that takes.

    Attributes:
        per_node_hour: times that a spot machine is taken in an hour.
        restart: hours from an interruption until all train again, on empty disks; they are paid.
    """

    per_node_hour: float = Field(default=0.05, ge=0)
    restart: float = Field(default=sum(START.values()) / 60, ge=0)

    def paid(self, hours: float, nodes: int, between_checkpoints: float) -> float:
        """Hours that are paid to get so many hours of work done.

        An interruption costs the restart and half of what lies between two checkpoints, as if
        the two minutes' warning were never used.
        """
        lost = self.per_node_hour * nodes * (self.restart + between_checkpoints / 2)
        return hours / (1 - lost) if lost < 1 else float("inf")
