"""A plan as a page of a terminal and as plain data."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from vitpose_plus.cli.plan_notes import Plan, assumptions, warnings
from vitpose_plus.cli.plan_text import exa, note, row, three
from vitpose_plus.planning.estimate import Estimate
from vitpose_plus.planning.work import Work


def as_json(plan: Plan) -> str:
    """Counts, FLOPs, hours and dollars; `best`, `expected` and `worst` by utilisation."""
    work = plan.work
    return json.dumps(
        {
            "recipe": asdict(work.recipe),
            "network": asdict(work.network),
            "data": [asdict(each) for each in work.counts],
            "steps": work.steps,
            "samples": work.samples,
            "scored": work.scored,
            "scored_last": work.scored_last,
            "flops": {
                "a_sample": work.flops_a_sample,
                "training": work.training_flops,
                "scoring": work.scoring_flops,
                "last_scoring": work.last_flops,
                "computed_twice": work.repeated_flops,
            },
            "assumed": asdict(plan.assumed),
            "between_nodes": plan.network,
            "estimates": [_plain(each) for each in plan.estimates],
            "of_one_node": [_plain(each) for each in plan.alone],
            "left_out": [str(each) for each in plan.left_out],
            "warnings": [f"{label}: {text}" for label, text in warnings(plan)],
        },
        indent=1,
    )


def as_text(plan: Plan) -> str:
    """The work, the machines beside one another, and what all of it rests on."""
    warned = [note(label, text) for label, text in warnings(plan)]
    parts = [_work(plan.work), _table(plan), warned, list(assumptions(plan))]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _plain(each: Estimate) -> dict[str, Any]:
    plain = asdict(each) | {"gpus": each.gpus, "fits": each.fits}
    plain["step"]["efficiency"] = each.step.efficiency
    for case in (plain["best"], plain["expected"], plain["worst"]):
        if case["spot"] == float("inf"):  # JSON has none: interruptions come faster than work
            case["spot"] = None
    return plain


def _work(work: Work) -> list[str]:
    recipe, network = work.recipe, work.network
    total = work.training_flops + work.scoring_flops + work.last_flops + work.repeated_flops
    rows = [
        row("model", f"{network.name}, {network.parameters / 1e6:.1f} M parameters learn"),
        row("input", "{} x {} pixels (height x width)".format(*recipe.input_size)),
        row(
            "epochs",
            f"{recipe.epochs:,} of {work.epoch:,} samples: "
            f"{work.steps:,} steps of {recipe.batch_size:,}",
        ),
        row("training", _product(work.samples, work.flops_a_sample)),
    ]
    if work.repeated_flops:
        rows.append(row("again", f"{exa(work.repeated_flops)}, forward passes computed twice"))
    if work.scored:
        rows.append(row("scoring", _product(work.scored, work.flops_a_scored)))
    if work.scored_last:
        rows.append(row("at the end", _product(work.scored_last, work.flops_a_scored)))
    return [*rows, row("together", exa(total))]


def _table(plan: Plan) -> list[str]:
    """A line an offer; the cheapest, on demand and of a spot price, has a star."""
    lines = [_cells("machines", "GPUs", "hours", "$ on demand", "$ spot")]
    cheapest = [_least(plan.estimates, kind) for kind in ("on_demand", "spot")]
    for each in plan.estimates:
        cases, offer = (each.best, each.expected, each.worst), each.offer
        dollars = [
            three([getattr(case, kind) for case in cases]) + " *" * (each is least)
            for kind, least in zip(("on_demand", "spot"), cheapest, strict=True)
        ]
        many = f"{each.spread.nodes} x " if each.spread.nodes > 1 else ""
        hours = three([case.hours for case in cases])
        name = f"{many}{offer.cloud} {offer.instance}"
        lines.append(_cells(name, f"{each.gpus} {offer.gpu}", hours, *dollars))
    star = "; * the cheapest" * any(cheapest)
    return [*lines, f"Figures: best / likely / worst case of utilisation{star}."]


def _cells(name: str, gpus: str, hours: str, on_demand: str, spot: str) -> str:
    return f"{name:<27}{gpus:<14}{hours:<19}{on_demand:<24}{spot}".rstrip()


def _least(estimates: Sequence[Estimate], kind: str) -> Estimate | None:
    """The cheapest of several."""
    priced = [each for each in estimates if getattr(each.expected, kind) is not None]
    if len(priced) < 2:
        return None
    return min(priced, key=lambda each: getattr(each.expected, kind))


def _product(count: int, each: int) -> str:
    return f"{count / 1e6:,.1f} M samples x {each / 1e9:,.1f} GFLOPs = {exa(count * each)}"
