"""How a step's time falls with the number of GPUs: a model of it, on paper.

    step = arithmetic + what of the exchange it does not hide + waits for small exchanges
         + waits for the slowest node

Gradients are summed by rings: in a node first, then between nodes, each card with its share of
the gradients over its share of the node's network (NCCL's hierarchical ring). Every process sends
2 (N-1)/N of the gradients' bytes (Patarasu and Yuan 2009); FSDP, which collects the weights twice
and scatters the gradients once, 3 (N-1)/N (Rajbhandari et al. 2020, section 7.2). DDP sends while
the backward pass still computes; BatchNorms' statistics are small, but every one is waited for.

What is not in it: a loader that cannot follow, and that a card with few samples a step works at a
lower MFU.
"""

import math
from dataclasses import dataclass
from typing import Literal

from vitpose_plus.engine.config import Strategy
from vitpose_plus.planning.work import Network
from vitpose_plus.settings import settings

BYTES = 4  # Weights, gradients and sums are float32: autocast changes none of them.
BACKWARD = 2 / 3  # of a step's arithmetic
# The pass to the means and the pass to the variances; and the backward pass of both.
SUMS_A_NORM = 4

Split = Literal["strong", "weak"]


@settings
class Links:
    """What of the wires' promise arrives. Assumptions, all of them.

    Attributes:
        share: of a data sheet's bandwidth within a node that an exchange reaches. (Between nodes
            `Cluster.network` is what is reached.)
        hidden: share of the backward pass that DDP's exchange hides behind; FSDP's, of the whole
            step. Its last bucket is never hidden.
        last_bucket: bytes that are sent when there is nothing left to compute (DDP's are 25 MiB).
        node_delay: seconds that a tiny exchange takes within a node.
        network_delay: seconds that it takes between nodes. SkyPilot's measurement on two p4d, 2 KiB
            summed: 0.13 ms over TCP, 0.19 ms by EFA; on two p6-b200 it is 0.06 ms.
        uneven: share of the arithmetic that waiting for the slowest adds with each doubling of the
            nodes. NVIDIA's ViT-g/14 kept 0.96 (A100) and 0.94 (H100) of a node's speed on 16.
    """

    share: float = 0.75
    hidden: float = 0.8
    last_bucket: int = 25 * 2**20
    node_delay: float = 30e-6
    network_delay: float = 150e-6
    uneven: float = 0.012


@dataclass(frozen=True)
class Cluster:
    """GPUs that train together.

    Attributes:
        cards: of a node.
        nodes: how many.
        link: bytes/s that a card sends within its node.
        network: bytes/s that really get from a node to another, all network cards together; None:
            not known.
    """

    cards: int
    nodes: int
    link: float
    network: float | None

    @property
    def size(self) -> int:
        """All GPUs."""
        return self.cards * self.nodes


@dataclass(frozen=True)
class Exchange:
    """What the processes tell one another in one step.

    Attributes:
        parameters: that learn.
        norms: channels of each BatchNorm.
        strategy: ddp or fsdp.
        accumulate: parts that a step is computed in.
    """

    parameters: int
    norms: tuple[int, ...]
    strategy: Strategy = "ddp"
    accumulate: int = 1

    @classmethod
    def of(cls, network: Network, strategy: Strategy, accumulate: int) -> "Exchange":
        """A network's."""
        return cls(network.parameters, network.norms, strategy, accumulate)

    @property
    def passes(self) -> int:
        """How often the parameters go once round a ring: 2 to sum, 1 to collect or scatter."""
        return 2 if self.strategy == "ddp" else 2 * self.accumulate + 1

    @property
    def norm_values(self) -> int:
        """Numbers that BatchNorms sum: their channels, and once a count of values; both ways."""
        return self.accumulate * sum(2 * (2 * channels + 1) for channels in self.norms)

    @property
    def small(self) -> int:
        """Exchanges that everything waits for: BatchNorms', and the one of flags."""
        return self.accumulate * SUMS_A_NORM * len(self.norms) + 1

    def sent(self, processes: int) -> float:
        """Bytes that each process sends in a step, over a ring of all."""
        around = (processes - 1) / processes
        flags = 2
        small = 2 * (self.norm_values + flags)
        return BYTES * around * (self.passes * self.parameters + small)


@dataclass(frozen=True)
class StepTime:
    """Seconds of one step.

    Attributes:
        arithmetic: at the given MFU.
        exchange: of gradients or shards, hidden or not.
        exposed: what of it is not hidden.
        waits: for small exchanges.
        uneven: for the slowest node.
    """

    arithmetic: float
    exchange: float
    exposed: float
    waits: float
    uneven: float

    @property
    def whole(self) -> float:
        """The step."""
        return self.arithmetic + self.exposed + self.waits + self.uneven

    @property
    def efficiency(self) -> float:
        """Share of the step that is arithmetic: against as many cards that need not talk."""
        return self.arithmetic / self.whole


def step_time(exchange: Exchange, cluster: Cluster, arithmetic: float, links: Links) -> StepTime:
    """What a step takes.

    Args:
        exchange: what is told.
        cluster: by whom, over which wires.
        arithmetic: seconds that one card computes in a step.
        links: what arrives.

    Raises:
        ValueError: several nodes, whose network is not known.
    """
    if cluster.size == 1:
        return StepTime(arithmetic, 0.0, 0.0, 0.0, 0.0)
    volume = BYTES * exchange.parameters
    seconds = exchange.passes * _once_round(volume, cluster, links)
    delay = links.network_delay if cluster.nodes > 1 else links.node_delay
    return StepTime(
        arithmetic=arithmetic,
        exchange=seconds,
        exposed=_exposed(exchange, cluster, arithmetic, seconds, links),
        waits=exchange.small * delay,
        uneven=links.uneven * math.log2(cluster.nodes) * arithmetic,
    )


def _once_round(volume: float, cluster: Cluster, links: Links) -> float:
    """Seconds of collecting or scattering a volume: within each node, and between them."""
    inside = (cluster.cards - 1) / cluster.cards * volume / (cluster.link * links.share)
    if cluster.nodes == 1:
        return inside
    if cluster.network is None:
        raise ValueError(f"{cluster.nodes} nodes, and no network between them is known")
    between = (cluster.nodes - 1) / cluster.nodes * volume / cluster.network
    return inside + between


def _exposed(
    exchange: Exchange, cluster: Cluster, arithmetic: float, seconds: float, links: Links
) -> float:
    """What the arithmetic does not hide; of accumulated parts DDP exchanges after the last."""
    if exchange.strategy == "fsdp":
        return max(0.0, seconds - links.hidden * arithmetic)
    behind = links.hidden * BACKWARD * arithmetic / exchange.accumulate
    last = min(1.0, links.last_bucket / (BYTES * exchange.parameters)) * seconds
    return max(last, seconds - behind)
