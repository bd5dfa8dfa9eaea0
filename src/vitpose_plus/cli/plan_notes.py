"""What a plan warns of, and what it rests on."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vitpose_plus.cli.plan_text import WIDTH, each_once, note, number
from vitpose_plus.planning.choice import LeftOut
from vitpose_plus.planning.estimate import (
    LAST_WORKERS,
    MOMENTS,
    WEIGHT,
    WHOLE_PICTURES,
    Assumptions,
    Estimate,
)
from vitpose_plus.planning.interruptions import START
from vitpose_plus.planning.machines import peak
from vitpose_plus.planning.work import Work

CROPS_A_CORE, READER = 943, "benchmarks/results/reader_speed.txt"
_SPOKEN = {
    "TCP": "what gradients reach over TCP (conf/prices.yml has the source), which the shipped "
    "image and SkyPilot files speak; otherwise --efa, --network",
    "EFA": "what gradients reach by EFA (conf/prices.yml has the source); the shipped image and "
    "SkyPilot files do NOT set it up",
    "stated": "as --network says",
}
Note = tuple[str, str]
"""Its label, and what it says."""


@dataclass(frozen=True)
class Plan:
    """All that a page tells.

    Attributes:
        work: what is computed.
        estimates: one an offer.
        alone: the same on one node, where several are planned.
        assumed: what is not known.
        network: what nodes talk by.
        prices: what is said of each source of prices, by name.
        left_out: offers that nothing can be said of.
    """

    work: Work
    estimates: Sequence[Estimate]
    alone: Sequence[Estimate]
    assumed: Assumptions
    network: Literal["TCP", "EFA", "stated"]
    prices: Mapping[str, str]
    left_out: Sequence[LeftOut] = ()

    @property
    def nodes(self) -> int:
        """Of every estimate."""
        return self.estimates[0].spread.nodes


def warnings(plan: Plan) -> Iterator[Note]:
    """What speaks against the plan."""
    recipe, samples = plan.work.recipe, plan.work.epoch
    if recipe.batch_size > samples:
        yield (
            "large batch",
            f"{recipe.batch_size:,} samples a step, and only {samples:,} there are: each step "
            f"repeats some {recipe.batch_size / samples:.1f} times, and is paid as often: take a "
            "smaller --batch-size",
        )
    for each in plan.estimates:
        yield from _of_one(each)
    for each, alone in zip(plan.estimates, plan.alone, strict=False):  # of one node there is none
        if alone.fits and (text := _against_one(each, alone)):
            yield "one node", f"{each.offer.instance}, {text}"
    for left in plan.left_out:
        yield "left out", str(left)


def _of_one(each: Estimate) -> Iterator[Note]:
    if not each.fits:
        yield (
            "no room",
            f"{each.offer.instance}: weights, gradients and moments take "
            f"{each.model_bytes / 1e9:.1f} of {each.memory_bytes / 1e9:.0f} GB a card before "
            "any picture: take --strategy fsdp, more cards, or larger ones",
        )
    if each.step.efficiency < 0.5:
        yield (
            "talks more",
            f"{each.offer.instance}: {1 - each.step.efficiency:.0%} of a step is exchange: "
            "fewer GPUs, or a larger batch, cost less",
        )


def _against_one(each: Estimate, alone: Estimate) -> str | None:
    """What several nodes cost more than one, where the page's digits show it."""
    here, one = each.expected, alone.expected
    figures = (
        f"{each.spread.nodes} nodes: {number(here.hours)} h and ${number(here.on_demand)}, "
        f"one: {number(one.hours)} h and ${number(one.on_demand)}"
    )
    if here.hours >= one.hours:
        return f"{figures}: take one, or a faster network"
    if number(here.on_demand) != number(one.on_demand) and here.on_demand > one.on_demand:
        return f"{figures}: sooner, and dearer"
    return None


def assumptions(plan: Plan) -> Iterator[str]:
    """All that the figures rest on."""
    yield "Assumptions"
    for label, text in (
        *_of_data(plan.work),
        ("utilisation", _utilisation(plan)),
        ("peak", _peaks(plan)),
        ("exchange", _exchange(plan)),
        *_of_networks(plan),
        *_of_the_end(plan),
        ("loaders", _loaders(plan)),
        ("memory", _memory(plan)),
        *_of_prices(plan),
        ("a start", _start(plan)),
        ("not in it", _missing(plan.work)),
    ):
        yield textwrap.indent(note(label, text, WIDTH - 2), "  ")


def _of_data(work: Work) -> Iterator[Note]:
    for each in work.counts:
        doubt = "" if each.checked else " NOT CHECKED:"
        scored = f", {each.held_out:,} scored" if each.held_out else ", none scored"
        yield each.name, f"{each.train:,} trained on{scored};{doubt} {each.source}"
    yield (
        "arithmetic",
        "2 FLOPs a multiply-add, 3 forward passes a training sample, as a run's own MFU counts",
    )


def _utilisation(plan: Plan) -> str:
    used = plan.assumed.utilisation
    logged = each_once(f"{each.expected.mfu:.0%}" for each in plan.estimates)
    share = f"{used.expected:.0%}"
    if used.low != used.high:
        share = f"{used.high:.0%} / {share} / {used.low:.0%}"
    of = f"{used.gpus} GPUs" if used.gpus else "one machine"
    return f"{share} of the peak of {of}, {used.source}; the run should log an MFU of {logged}"


def _peaks(plan: Plan) -> str:
    cards = dict.fromkeys(each.offer.gpu for each in plan.estimates)
    each = ", ".join(f"{name} {peak(name) / 1e12:,.0f}" for name in cards)
    return f"{each} TFLOP/s dense in half precision, NVIDIA's data sheets"


def _exchange(plan: Plan) -> str:
    links, spread = plan.assumed.links, plan.estimates[0].spread
    kept = each_once(f"{each.step.efficiency:.0%}" for each in plan.estimates)
    return (
        f"{spread.strategy} in float32; {kept} of a step is arithmetic, if a node's wires give "
        f"{links.share:.0%} of their promise and hide behind {links.hidden:.0%} of what they can"
    )


def _of_networks(plan: Plan) -> Iterator[Note]:
    if plan.nodes > 1:
        reached = each_once(f"{each.offer.network_gbits or 0:g}" for each in plan.estimates)
        yield (
            "between nodes",
            f"{reached} Gbit/s, {_SPOKEN[plan.network]}",
        )


def _of_the_end(plan: Plan) -> Iterator[Note]:
    if plan.work.scored_last:
        hours = each_once(f"{each.expected.last:.2f}" for each in plan.estimates)
        yield (
            "at the end",
            f"the trained model is scored on one GPU while all are paid: {hours} of the hours, by "
            f"its arithmetic or by {LAST_WORKERS} cores that read {WHOLE_PICTURES} crops a second "
            "each; the reports after it take a CPU's time, which is not in it",
        )


def _loaders(plan: Plan) -> str:
    """Who prepares the crops: figures are a measurement of ours, on a CPU."""
    fed = each_once(
        f"{plan.work.samples / (each.expected.hours - each.expected.last) / 3600:,.0f}"
        for each in plan.estimates
    )
    return f"must cut {fed} crops a second together; one core cuts {CROPS_A_CORE} ({READER})"


def _memory(plan: Plan) -> str:
    gigabytes = each_once(f"{each.model_bytes / 1e9:.1f}" for each in plan.estimates)
    size = plan.work.network.parameters * (WEIGHT + MOMENTS) / 1e9
    return (
        f"{gigabytes} GB a card for weights, gradients and moments; activations are not estimated. "
        f"A checkpoint, one an epoch, is {size:.1f} GB"
    )


def _of_prices(plan: Plan) -> Iterator[Note]:
    for source in dict.fromkeys(each.offer.source for each in plan.estimates):
        regions = {e.offer.region for e in plan.estimates if e.offer.source == source} - {""}
        where = f"{', '.join(sorted(regions))}: " if regions else ""
        yield "prices", f"{where}{plan.prices[source]}"
    taken = plan.assumed.interruptions
    if any(each.expected.spot is not None for each in plan.estimates):
        yield (
            "spot",
            f"guessed: a machine is taken {taken.per_node_hour:g} times an hour, which costs "
            "a start and half an epoch; spot prices move by the hour",
        )


def _start(plan: Plan) -> str:
    """What the first one costs, too: it is in no other figure."""
    hours = plan.assumed.interruptions.restart
    dollars = each_once(
        f"${number(hours * each.offer.on_demand * each.spread.nodes)}" for each in plan.estimates
    )
    parts = ", ".join(f"{minutes} {what}" for what, minutes in START.items())
    guessed = f"guessed, for empty disks: {parts}; `dvc pull` of tables and crops is quicker"
    said = guessed if abs(hours * 60 - sum(START.values())) < 1e-6 else "as --restart says"
    return (
        f"takes {hours * 60:g} minutes on every node ({said}). The first, {dollars} on demand, "
        "comes on top of the table; spot pays one an interruption"
    )


def _missing(work: Work) -> str:
    token = "the knowledge token's epochs, " if work.recipe.kind == "distill" else ""
    return f"{token}the first start, failures of hardware, storage, traffic, taxes"
