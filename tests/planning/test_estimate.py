import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.planning.counts import Counts
from vitpose_plus.planning.estimate import (
    LAST_WORKERS,
    WHOLE_PICTURES,
    Assumptions,
    Spread,
    estimate,
)
from vitpose_plus.planning.interruptions import Interruptions
from vitpose_plus.planning.prices import Offer
from vitpose_plus.planning.utilisation import Utilisation
from vitpose_plus.planning.work import Network, Recipe, Work

HALF = Utilisation(low=0.25, expected=0.5, high=1.0, source="a test")


def work(held_out=0, **fields):
    recipe = {"kind": "train", "size": "s", "epochs": 10, "batch_size": 64, "validate_every": 99}
    network = Network("toy", 1000, (), multiply_adds=10**12, scored_multiply_adds=10**12)
    return Work(Recipe(**(recipe | fields)), network, (Counts("coco", 6400, held_out, ""),))


def offer(**fields):
    usual = {
        "cloud": "any",
        "instance": "big",
        "gpu": "H100",
        "count": 8,
        "region": "",
        "on_demand": 40.0,
        "spot": 10.0,
        "network_gbits": 3200,
        "source": "",
    }
    return Offer(**(usual | fields))


def assume(**fields):
    return Assumptions(**({"utilisation": HALF} | fields))


def test_hours_are_arithmetic_over_what_the_cards_do():
    found = estimate(work(), offer(), Spread(), assume())
    hours = 64000 * 6e12 / (8 * 989e12 * 0.5) / 3600
    assert found.expected.hours == pytest.approx(hours)
    assert found.worst.hours == pytest.approx(2 * hours)
    assert found.best.hours == pytest.approx(hours / 2)
    assert found.expected.on_demand == pytest.approx(40 * hours)
    assert found.expected.mfu == 0.5


def test_what_is_computed_twice_costs_time_and_lowers_the_logged_mfu():
    once, twice = (estimate(work(recompute=r), offer(), Spread(), assume()) for r in (False, True))
    assert twice.expected.hours == pytest.approx(once.expected.hours * 4 / 3)
    assert twice.expected.mfu == pytest.approx(0.5 * 3 / 4)


def test_a_measured_mfu_has_that_in_its_seconds_already():
    seen = Utilisation(low=0.3, expected=0.3, high=0.3, source="a run", measured=True)
    times = [
        estimate(work(recompute=r), offer(), Spread(), assume(utilisation=seen)).expected.hours
        for r in (False, True)
    ]
    assert times[0] == times[1]


def test_two_nodes_cost_more_than_one_by_what_they_tell_one_another():
    large = work()
    slow = offer(network_gbits=0.001)
    one, two = (estimate(large, slow, Spread(nodes=n), assume()).expected for n in (1, 2))
    assert one.hours / 2 < two.hours
    assert two.on_demand > one.on_demand
    assert two.mfu < one.mfu


def test_a_measurement_on_two_nodes_is_not_lowered_for_two_nodes_again():
    seen = Utilisation(low=0.3, expected=0.3, high=0.3, source="", measured=True, gpus=16)
    slow = offer(network_gbits=0.001)
    two = estimate(work(), slow, Spread(nodes=2), assume(utilisation=seen))
    assert two.expected.mfu == pytest.approx(0.3)
    one = estimate(work(), slow, Spread(nodes=1), assume(utilisation=seen))
    assert one.expected.mfu > 0.3


def test_the_last_scoring_takes_one_card_and_all_are_paid():
    without = estimate(work(), offer(), Spread(nodes=2), assume()).expected
    scored = estimate(work(held_out=10_000, validate_every=1), offer(), Spread(nodes=2), assume())
    # A node's GPUs talk a little to one another, a lone one does not.
    alone = estimate(work(), offer(count=1), Spread(), assume()).expected
    # 64,000 samples, three passes each: 10 x 10,000 while it trains, and 2 x 10,000 at the end.
    share = 10_000 / 64_000 / 3
    assert scored.expected.last == pytest.approx(alone.hours * 2 * share, rel=1e-3)
    hours = without.hours * (1 + 10 * share) + scored.expected.last
    assert scored.expected.hours == pytest.approx(hours)
    assert scored.expected.on_demand == pytest.approx(2 * 40 * hours)


def test_a_fast_card_waits_for_the_cores_that_feed_the_last_scoring():
    small = work(held_out=10_000)
    small = Work(small.recipe, Network("toy", 1000, (), 1, 1), small.counts)
    found = estimate(small, offer(), Spread(), assume()).expected
    assert found.last * 3600 == pytest.approx(10_000 / (WHOLE_PICTURES * LAST_WORKERS))


def test_cards_that_are_no_whole_machines_are_refused():
    seen = Utilisation(low=0.3, expected=0.3, high=0.3, source="", measured=True, gpus=12)
    with pytest.raises(ConfigurationError, match="12 GPUs are no whole machines of 8"):
        estimate(work(), offer(), Spread(), assume(utilisation=seen))


def test_spot_pays_for_restarts_and_epochs():
    found = estimate(work(), offer(), Spread(), assume(interruptions=Interruptions(restart=0)))
    epoch = found.expected.hours / 10
    lost = 0.05 * epoch / 2
    assert found.expected.spot == pytest.approx(10 * found.expected.hours / (1 - lost))


def test_without_a_spot_price_there_is_no_spot_figure():
    assert estimate(work(), offer(spot=None), Spread(), assume()).best.spot is None


@pytest.mark.parametrize(("strategy", "share"), [("ddp", 1), ("fsdp", 8)])
def test_sixteen_bytes_a_parameter_lie_on_a_card_or_in_shards(strategy, share):
    found = estimate(work(), offer(), Spread(strategy=strategy), assume())
    assert found.model_bytes == 16 * 1000 / share
    assert found.fits


def test_a_model_without_room_is_told():
    large = work()
    large = Work(large.recipe, Network("giant", 10**10, (), 1, 1), large.counts)
    assert not estimate(large, offer(), Spread(), assume()).fits
    assert estimate(large, offer(), Spread(strategy="fsdp"), assume()).fits


def test_a_batch_that_does_not_divide_is_refused_as_the_run_would():
    with pytest.raises(ConfigurationError, match="batch of 64 does not divide among 24 GPUs"):
        estimate(work(), offer(), Spread(nodes=3), assume())
