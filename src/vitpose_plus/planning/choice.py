"""Which offers a plan can be made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.planning.prices import Offer


@dataclass(frozen=True)
class LeftOut:
    """An offer that cannot be planned with.

    Attributes:
        offer: the machine.
        reason: why.
    """

    offer: Offer
    reason: str

    def __str__(self) -> str:
        return f"{self.offer.cloud} {self.offer.instance}: {self.reason}"


def choose(
    offers: Sequence[Offer], nodes: int, measured_gpus: int | None = None
) -> tuple[list[Offer], list[LeftOut]]:
    """The offers that so many can train together of, and the others.

    Args:
        offers: to choose from.
        nodes: that are planned.
        measured_gpus: GPUs, all together, whose MFU is known; None: one machine's.

    Raises:
        ConfigurationError: none is left; says why of each.
    """
    judged = [(offer, _objection(offer, nodes, measured_gpus)) for offer in offers]
    kept = [offer for offer, reason in judged if reason is None]
    left_out = [LeftOut(offer, reason) for offer, reason in judged if reason is not None]
    if not kept:
        raise ConfigurationError("nothing to plan with: " + "; ".join(map(str, left_out)))
    return kept, left_out


def nodes_of(offer: Offer, gpus: int) -> int:
    """How many machines so many GPUs are; fewer than a machine has are a part of one.

    Raises:
        ConfigurationError: they are no whole machines.
    """
    if gpus > offer.count and gpus % offer.count:
        raise ConfigurationError(
            f"{gpus} GPUs are no whole machines of {offer.count}: give --measured-gpus as many as "
            "that run had"
        )
    return -(-gpus // offer.count)


def _objection(offer: Offer, nodes: int, measured_gpus: int | None) -> str | None:
    try:
        measured = nodes_of(offer, measured_gpus or offer.count)
    except ConfigurationError as error:
        return str(error)
    if offer.network_gbits is not None or max(nodes, measured) == 1:
        return None
    several = f"{nodes} nodes" if nodes > 1 else f"the {measured} nodes of the measurement"
    return f"no such network between {several} is known: give --network, in Gbit/s"
