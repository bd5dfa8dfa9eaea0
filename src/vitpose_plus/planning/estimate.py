"""From arithmetic to hours and dollars, on one offer."""

from dataclasses import dataclass

from pydantic import Field

from vitpose_plus.engine.config import Strategy
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.planning.choice import nodes_of
from vitpose_plus.planning.interruptions import Interruptions
from vitpose_plus.planning.machines import CARDS, GIGABIT, peak
from vitpose_plus.planning.prices import Offer
from vitpose_plus.planning.scaling import Cluster, Exchange, Links, StepTime, step_time
from vitpose_plus.planning.utilisation import Utilisation
from vitpose_plus.planning.work import Work
from vitpose_plus.settings import settings

HOUR = 3600
# Crops a second that one core cuts from whole pictures (benchmarks/results/reader_speed.txt), and
# how many do so in the end: `evaluation.workers`.
WHOLE_PICTURES, LAST_WORKERS = 460, 2
WEIGHT, GRADIENT, MOMENTS = 4, 4, 8  # bytes a parameter: float32, and AdamW's two


@settings
class Spread:
    """How a training is laid over machines.

    Attributes:
        nodes: machines.
        strategy: ddp or fsdp.
        accumulate: parts of a step.
    """

    nodes: int = Field(default=1, ge=1)
    strategy: Strategy = "ddp"
    accumulate: int = Field(default=1, ge=1)


@settings
class Assumptions:
    """What is not known before a run.

    Attributes:
        utilisation: of the cards.
        links: what the wires between them give.
        interruptions: of spot machines.
    """

    utilisation: Utilisation
    links: Links = Links()
    interruptions: Interruptions = Interruptions()


@dataclass(frozen=True)
class Case:
    """One of low, expected and high.

    Attributes:
        mfu: as the run will log it, of all the nodes together.
        hours: by the clock.
        last: of them, those of the scoring in the end: one GPU computes, and all are paid.
        on_demand: dollars.
        spot: dollars; None: no spot price is known.
    """

    mfu: float
    hours: float
    last: float
    on_demand: float
    spot: float | None


@dataclass(frozen=True)
class Estimate:
    """A training on one offer.

    Attributes:
        offer: the machine.
        spread: how it is laid over machines.
        best, expected, worst: by utilisation.
        step: a step's time in the expected case.
        model_bytes: a card's weights, gradients and moments.
    """

    offer: Offer
    spread: Spread
    best: Case
    expected: Case
    worst: Case
    step: StepTime
    model_bytes: float

    @property
    def gpus(self) -> int:
        """All together."""
        return self.offer.count * self.spread.nodes

    @property
    def memory_bytes(self) -> float:
        """Of one card."""
        return CARDS[self.offer.gpu].gigabytes * 1e9

    @property
    def fits(self) -> bool:
        """Whether there is room beside the model's own numbers; 0.8 is a rule of thumb."""
        return self.model_bytes < 0.8 * self.memory_bytes


def estimate(work: Work, offer: Offer, spread: Spread, assumed: Assumptions) -> Estimate:
    """Hours and dollars of a training on one kind of machine.

    Raises:
        ConfigurationError: the batch does not divide among the cards, or the cards of a
            measurement are no whole machines.
        ValueError: several nodes of an offer whose network is not known; see `choice.choose`.
    """
    used, whole = assumed.utilisation, _cluster(offer, offer.count * spread.nodes)
    if work.recipe.batch_size % (whole.size * spread.accumulate):
        raise ConfigurationError(
            f"a batch of {work.recipe.batch_size} does not divide among {whole.size} GPUs in "
            f"{spread.accumulate} parts each: take another --batch-size, --gpu or --accumulate"
        )
    best, expected, worst = (
        _case(work, offer, spread, assumed, share) for share in (used.high, used.expected, used.low)
    )
    parts = whole.size if spread.strategy == "fsdp" else 1
    return Estimate(
        offer=offer,
        spread=spread,
        best=best,
        expected=expected,
        worst=worst,
        step=_step(work, offer, spread, assumed, whole, used.expected),
        model_bytes=work.network.parameters * (WEIGHT + GRADIENT + MOMENTS) / parts,
    )


def _case(
    work: Work, offer: Offer, spread: Spread, assumed: Assumptions, utilisation: float
) -> Case:
    """A utilisation is that of a node, or of what was measured; more nodes exchange more."""
    used = assumed.utilisation
    here, there = (
        _cluster(offer, gpus) for gpus in (offer.count * spread.nodes, used.gpus or offer.count)
    )
    after, before = (
        _step(work, offer, spread, assumed, each, utilisation).efficiency for each in (here, there)
    )
    reached = utilisation * after / before
    # A measured MFU has what is computed twice in its seconds already.
    repeated = 0 if used.measured else work.repeated_flops
    flops = work.training_flops + work.scoring_flops + repeated
    last = _last(work, peak(offer.gpu) * utilisation / before)
    hours = flops / (here.size * peak(offer.gpu) * reached) / HOUR + last
    paid = assumed.interruptions.paid(hours, spread.nodes, hours / work.recipe.epochs)
    return Case(
        mfu=reached * work.training_flops / (work.training_flops + repeated),
        hours=hours,
        last=last,
        on_demand=hours * offer.on_demand * spread.nodes,
        spot=None if offer.spot is None else paid * offer.spot * spread.nodes,
    )


def _last(work: Work, speed: float) -> float:
    """Hours of the scoring in the end: by one card of this FLOP/s, or by those that feed it."""
    return max(work.last_flops / speed, work.read_last / WHOLE_PICTURES / LAST_WORKERS) / HOUR


def _step(
    work: Work,
    offer: Offer,
    spread: Spread,
    assumed: Assumptions,
    cluster: Cluster,
    utilisation: float,
) -> StepTime:
    own = work.recipe.batch_size / cluster.size
    repeated = 0 if assumed.utilisation.measured else work.repeated_flops / work.samples
    flops = own * (work.flops_a_sample + repeated)
    exchange = Exchange.of(work.network, spread.strategy, spread.accumulate)
    return step_time(exchange, cluster, flops / (peak(offer.gpu) * utilisation), assumed.links)


def _cluster(offer: Offer, gpus: int) -> Cluster:
    """So many cards, in machines of this offer.

    Raises:
        ConfigurationError: they are no whole machines.
    """
    network = None if offer.network_gbits is None else offer.network_gbits * GIGABIT
    nodes = nodes_of(offer, gpus)
    return Cluster(gpus // nodes, nodes, CARDS[offer.gpu].link * 1e9, network)
