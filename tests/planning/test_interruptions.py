import pytest

from vitpose_plus.planning.interruptions import START, Interruptions


def test_an_interruption_costs_a_restart_and_half_of_what_lies_between_checkpoints():
    taken = Interruptions(per_node_hour=0.1, restart=0.5)
    # Two nodes, an epoch an hour: 0.2 times an hour, an hour lost each time.
    assert taken.paid(8.0, 2, 1.0) == pytest.approx(10.0)
    assert taken.paid(8.0, 20, 1.0) == float("inf")
    assert Interruptions(per_node_hour=0).paid(8.0, 2, 1.0) == 8.0


def test_a_restart_is_all_that_an_empty_disk_asks_for():
    assert Interruptions().restart == sum(START.values()) / 60
    assert any("archives" in what for what in START)
    assert any("crops" in what for what in START)
