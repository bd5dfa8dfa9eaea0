"""`vitpose plan`."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from vitpose_plus.cli.plan_options import plan_options

if TYPE_CHECKING:
    from vitpose_plus.planning.counts import Counts
    from vitpose_plus.planning.prices import Offer
    from vitpose_plus.planning.recipes import Usual
    from vitpose_plus.planning.utilisation import Utilisation
    from vitpose_plus.planning.work import Recipe


@click.command()
@plan_options
def plan(**given: Any) -> None:
    """Estimate what a training costs, before it is paid: hours and dollars, with every assumption.

    The arithmetic is counted from the network's layers, as a run's own MFU is; the prices come from
    a table with its sources. Nothing is asked of any cloud.
    """
    from vitpose_plus.cli.plan_page import Plan, as_json, as_text
    from vitpose_plus.planning.choice import choose
    from vitpose_plus.planning.estimate import Assumptions, Interruptions, Spread, estimate
    from vitpose_plus.planning.recipes import usual
    from vitpose_plus.planning.work import plan_work

    _check(given)
    counts = _counts(given)
    recipe = usual(given["kind"], given["size"], len(counts))
    work = plan_work(_recipe(given, recipe), counts)
    offers, sources = _offers(given, recipe.processes)
    kept, left_out = choose(offers, given["nodes"], given["measured_gpus"])
    spread = Spread(
        nodes=given["nodes"],
        strategy=given["strategy"] or recipe.strategy,
        accumulate=given["accumulate"] or recipe.accumulate,
    )
    assumed = Assumptions(
        utilisation=_utilisation(given, recipe),
        interruptions=Interruptions(
            per_node_hour=given["interruptions"], restart=given["restart"] / 60
        ),
    )
    lone = replace(spread, nodes=1)
    plan = Plan(
        work=work,
        estimates=[estimate(work, offer, spread, assumed) for offer in kept],
        alone=[estimate(work, offer, lone, assumed) for offer in kept if spread.nodes > 1],
        assumed=assumed,
        network="stated" if given["network"] else "EFA" if given["efa"] else "TCP",
        prices=sources,
        left_out=left_out,
    )
    click.echo(as_json(plan) if given["as_json"] else as_text(plan))


def _check(given: dict[str, Any]) -> None:
    """Refuse options that contradict one another."""
    if given["teacher"] is not None and given["kind"] != "distill":
        raise click.UsageError("--teacher goes with --kind distill")
    if given["efa"] and given["network"] is not None:
        raise click.UsageError("--efa or --network, not both")
    if given["measured"] is None:
        if given["measured_gpus"] is not None:
            raise click.UsageError("--measured-gpus goes with --measured")
        return
    if given["mfu"] is not None:
        raise click.UsageError("--measured or --mfu, not both")
    if len({gpu for gpu, _ in given["gpus"]}) > 1:
        raise click.UsageError("--measured is of one kind of GPU: name that one by --gpu")


def _recipe(given: dict[str, Any], usual: "Usual") -> "Recipe":
    from vitpose_plus.planning.work import Recipe

    recompute = given["recompute"]
    return Recipe(
        kind=given["kind"],
        size=usual.size,
        teacher=given["teacher"] or usual.teacher,
        input_size=given["input_size"],
        epochs=given["epochs"] or usual.epochs,
        batch_size=given["batch_size"] or usual.batch_size,
        validate_every=given["validate_every"] or usual.validate_every,
        recompute=usual.recompute if recompute is None else recompute,
    )


def _counts(given: dict[str, Any]) -> "list[Counts]":
    from vitpose_plus.planning.counts import Counts, ingested, published
    from vitpose_plus.planning.recipes import usual

    data: list[tuple[str, tuple[int, int] | None]] = list(given["data"])
    if given["tables"] is not None:
        if any(stated for _, stated in data):
            raise click.UsageError("--tables counts by itself: name data sets without numbers")
        return ingested(given["tables"], [name for name, _ in data])
    return [
        Counts(name, *stated, "--data") if stated else published(name)
        for name, stated in data or [(name, None) for name in usual(given["kind"]).tasks]
    ]


def _utilisation(given: dict[str, Any], usual: "Usual") -> "Utilisation":
    from vitpose_plus.planning.utilisation import assumed, measured, stated

    if given["measured"] is not None:
        return measured(given["measured"], given["measured_gpus"])
    return stated(given["mfu"]) if given["mfu"] is not None else assumed(usual.size)


def _offers(given: dict[str, Any], processes: int) -> "tuple[list[Offer], dict[str, str]]":
    """The machines with the network that is planned, and what is said of their prices."""
    from vitpose_plus.planning.prices import offers_of, read_prices

    if given["price"] is not None:
        mine = [_offer(given, gpu, count or processes) for gpu, count in given["gpus"]]
        return mine, {"--price": f"${given['price']:g} a GPU-hour, as you say"}
    table = read_prices(given["prices"])
    found = [o for gpu, n in given["gpus"] for o in offers_of(table, gpu, n, given["cloud"])]
    if given["network"] is not None:
        found = [replace(offer, network_gbits=given["network"]) for offer in found]
    elif given["efa"]:
        found = [replace(offer, network_gbits=offer.efa_gbits) for offer in found]
    said = {name: f"{each.what} ({each.copied})" for name, each in table.sources.items()}
    return found, said


def _offer(given: dict[str, Any], gpu: str, count: int) -> "Offer":
    """A machine of the price that is stated."""
    from vitpose_plus.planning.prices import Offer

    return Offer(
        cloud="any",
        instance="--price",
        gpu=gpu,
        count=count,
        region="",
        on_demand=given["price"] * count,
        network_gbits=given["network"],
        source="--price",
    )
