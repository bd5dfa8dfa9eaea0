import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.planning.choice import choose, nodes_of
from vitpose_plus.planning.prices import Offer


def offer(cloud="any", count=8, gbits=None):
    return Offer(
        cloud=cloud,
        instance=f"{cloud}{count}",
        gpu="H100",
        count=count,
        region="",
        on_demand=1.0,
        network_gbits=gbits,
        source="",
    )


FAST, LONE = offer("fast", gbits=100), offer("lone")


def test_one_node_needs_no_network():
    assert choose([FAST, LONE], 1) == ([FAST, LONE], [])
    assert choose([LONE], 1, measured_gpus=8) == ([LONE], [])
    assert choose([LONE], 1, measured_gpus=2) == ([LONE], [])


def test_only_machines_with_a_known_network_train_together():
    kept, (left,) = choose([FAST, LONE], 2)
    assert kept == [FAST]
    assert str(left).startswith("lone lone8: no such network between 2 nodes is known")


def test_what_was_measured_needs_a_network_as_well():
    kept, (left,) = choose([FAST, LONE], 1, measured_gpus=16)
    assert kept == [FAST]
    assert "between the 2 nodes of the measurement" in left.reason


def test_gpus_that_are_no_whole_machines_are_told():
    kept, (left,) = choose([FAST, offer("small", count=4, gbits=1)], 1, measured_gpus=12)
    assert [each.cloud for each in kept] == ["small"]
    assert "12 GPUs are no whole machines of 8" in left.reason
    assert nodes_of(offer(count=4), 12) == 3


def test_nothing_left_says_why_of_each():
    with pytest.raises(ConfigurationError, match=r"lone lone8: no .*; other other8: no "):
        choose([LONE, offer("other")], 2)
