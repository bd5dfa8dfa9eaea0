import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.planning.scaling import Cluster, Exchange, Links, step_time

PERFECT = Links(share=1.0, hidden=0.0, last_bucket=0, node_delay=0.0, network_delay=0.0, uneven=0.0)


def ring_sum(processes, parts):
    """What each process sends when a ring sums `parts` numbers: sent one by one, and counted."""
    sent = [0] * processes
    held = [[1.0] * parts for _ in range(processes)]
    chunk = parts // processes
    for collecting in (False, True):
        for turn in range(processes - 1):
            moving = []
            for rank in range(processes):
                which = (rank - turn + collecting) % processes
                own = slice(which * chunk, (which + 1) * chunk)
                moving.append((rank, own, held[rank][own]))
            for rank, own, values in moving:
                sent[rank] += len(values)
                other = held[(rank + 1) % processes]
                other[own] = (
                    values
                    if collecting
                    else [a + b for a, b in zip(other[own], values, strict=True)]
                )
    assert all(values == [processes] * parts for values in held)
    return sent


@pytest.mark.parametrize("processes", [2, 3, 4, 8])
def test_a_ring_sends_what_the_formula_says(processes):
    parameters = 24 * processes
    flags = 4 * 2 * (processes - 1) / processes * 2
    found = Exchange(parameters, ()).sent(processes) - flags
    assert ring_sum(processes, parameters) == [pytest.approx(found / 4)] * processes


def test_fsdp_sends_half_as_much_again_and_more_with_every_part():
    whole = 4 * 1e6 / 2
    small = 4 * 2 * 2 / 2
    assert Exchange(10**6, (), "ddp").sent(2) - small == 2 * whole
    assert Exchange(10**6, (), "fsdp").sent(2) - small == 3 * whole
    assert Exchange(10**6, (), "fsdp", accumulate=4).sent(2) - small == 9 * whole
    assert Exchange(10**6, (), "ddp", accumulate=4).sent(2) - small == 2 * whole


def test_a_norm_tells_two_sums_forwards_and_two_backwards():
    one, none = Exchange(0, (7,)), Exchange(0, ())
    assert one.norm_values == 2 * (7 + 1) + 2 * 7
    assert (one.small, none.small) == (4 + 1, 1)
    assert Exchange(0, (7, 7), accumulate=3).small == 3 * 8 + 1


def test_one_card_talks_to_nobody():
    time = step_time(Exchange(10**9, (7,)), Cluster(1, 1, 1.0, None), 2.0, Links())
    assert (time.whole, time.efficiency) == (2.0, 1.0)


def test_without_anything_hidden_a_step_is_the_sum_of_its_parts():
    exchange, cluster = Exchange(1000, ()), Cluster(8, 4, link=100.0, network=50.0)
    time = step_time(exchange, cluster, 10.0, PERFECT)
    inside, between = 2 * 7 / 8 * 4000 / 100, 2 * 3 / 4 * 4000 / 50
    assert time.exchange == pytest.approx(inside + between)
    assert time.whole == pytest.approx(10 + inside + between)


def test_the_backward_pass_hides_all_but_the_last_bucket():
    links = Links(share=1.0, hidden=1.0, last_bucket=400, node_delay=0.0)
    cluster = Cluster(2, 1, link=1000.0, network=None)
    time = step_time(Exchange(1000, ()), cluster, 1e6, links)
    assert time.exposed == pytest.approx(time.exchange / 10)
    short = step_time(Exchange(1000, ()), cluster, 0.3, links)
    assert short.exposed == pytest.approx(short.exchange - 0.2)


def test_every_norm_is_waited_for():
    links = Links(hidden=1.0, last_bucket=0, node_delay=1e-3, network_delay=2e-3)
    exchange = Exchange(1, (256,) * 12)
    near, far = (Cluster(8, nodes, 1e12, 1e12) for nodes in (1, 2))
    assert step_time(exchange, near, 1.0, links).waits == pytest.approx(49e-3)
    assert step_time(exchange, far, 1.0, links).waits == pytest.approx(98e-3)


def test_a_large_model_keeps_what_nvidia_measured_on_sixteen_nodes():
    # docs.nvidia.com, NeMo, ViT-g/14: 693 -> 10,644 samples/s on A100, 1,428 -> 21,561 on H100.
    exchange = Exchange(10**9, ())
    for link, gbits, peak, speed, many in (
        (300, 1600, 312e12, 693, 10_644),
        (450, 3200, 989e12, 1428, 21_561),
    ):
        seconds = 64 / (speed / 8)
        cluster = Cluster(8, 16, link * 1e9, 0.75 * gbits * 1e9 / 8)
        kept = step_time(exchange, cluster, seconds, Links()).efficiency
        assert kept == pytest.approx(many / 16 / speed, abs=0.02)
        assert 6 * 267e9 * speed / 8 / peak == pytest.approx(
            0.44 if peak < 5e14 else 0.29, abs=0.01
        )


def test_nodes_without_a_known_network_are_refused():
    with pytest.raises(ValueError, match="no network"):
        step_time(Exchange(1, ()), Cluster(8, 2, 1.0, None), 1.0, Links())


@given(
    nodes=st.integers(1, 64),
    cards=st.integers(1, 8),
    strategy=st.sampled_from(["ddp", "fsdp"]),
    arithmetic=st.floats(1e-4, 10),
)
def test_more_work_a_step_never_scales_worse(nodes, cards, strategy, arithmetic):
    exchange = Exchange(10**8, (256,) * 12, strategy)
    cluster = Cluster(cards, nodes, 3e11, 5e10)
    less, more = (
        step_time(exchange, cluster, share * arithmetic, Links()).efficiency for share in (1, 2)
    )
    assert 0 < less <= more + 1e-12 <= 1 + 1e-12
