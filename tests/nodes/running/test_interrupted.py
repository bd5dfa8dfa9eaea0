"""Two nodes train as if nothing had happened, whatever happens to them on the way."""

import json
import re

import pytest
from safetensors.torch import load_file
from torch.testing import assert_close

pytestmark = pytest.mark.slow

MODELS = "data/nodes/models/vitpose_plus"
OF_THE_MACHINE = ("samples_per_second", "data_wait", "mfu")


@pytest.fixture(scope="module")
def undisturbed(cluster_of_two):
    """What two nodes come to that nothing stops: figures, and the last model's weights."""
    nodes = [cluster_of_two.start(rank) for rank in (0, 1)]
    cluster_of_two.until(lambda: ended(nodes))
    assert [node.returncode for node in nodes] == [0, 0], cluster_of_two.words()
    return outcome(cluster_of_two)


def test_a_killed_node_comes_back_and_both_killed_go_on_from_s3(cluster, undisturbed):
    head, other = cluster.start(0), cluster.start(1)
    cluster.until(lambda: reached(cluster, 8))
    cluster.machines[1].kill()  # in the middle of an epoch
    other = cluster.start(1)
    cluster.until(lambda: reached(cluster, 20))
    assert cluster.said(0, "going on from step") == 1
    assert head.poll() is None

    cluster.machines[0].kill()
    cluster.start(0)  # its disk is as it was
    cluster.until(lambda: reached(cluster, 32))
    assert cluster.said(0, "going on from step") == 2
    assert other.poll() is None  # it has waited for the head
    assert cluster.said(1, "takes part in") >= 3

    cluster.until(lambda: cluster.said(0, "stored snapshot") >= 1)
    for rank in (0, 1):
        cluster.machines[rank].kill()
        cluster.new_disk(rank)
    nodes = [cluster.start(rank) for rank in (0, 1)]
    cluster.until(lambda: ended(nodes))
    assert [node.returncode for node in nodes] == [0, 0], cluster.words()
    assert cluster.said(0, "going on from step") == 3
    assert cluster.statuses() == ["KILLED", "KILLED", "FINISHED"]
    same(outcome(cluster), undisturbed)


def test_one_that_is_asked_to_stop_stops_all_and_they_go_on_elsewhere(cluster, undisturbed):
    nodes = [cluster.start(rank, "--every", "600") for rank in (0, 1)]
    cluster.until(lambda: reached(cluster, 8))
    cluster.machines[1].ask()
    cluster.until(lambda: ended(nodes))
    assert [node.returncode for node in nodes] == [75, 75], cluster.words()
    step = max(record.get("step", 0) for record in journal(cluster))
    for rank in (0, 1):
        cluster.new_disk(rank)
    nodes = [cluster.start(rank) for rank in (0, 1)]
    cluster.until(lambda: ended(nodes))
    assert [node.returncode for node in nodes] == [0, 0], cluster.words()
    (going_on,) = re.findall(r"going on from step (\d+)", cluster.logs[0].read_text())
    assert int(going_on) >= step  # nothing was lost
    assert cluster.statuses() == ["KILLED", "FINISHED"]
    same(outcome(cluster), undisturbed)


def ended(nodes):
    return all(node.poll() is not None for node in nodes)


def reached(cluster, step):
    """Whether the head's journal is so far; of a training that was cut back, since then."""
    return any(record.get("step", 0) >= step for record in journal(cluster))


def journal(cluster):
    path = cluster.machines[0].disk / MODELS / "history.jsonl"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def outcome(cluster):
    """Every figure by step and name, and the last model's weights."""
    figures = {
        f"{name} at {record['step']}": value
        for record in journal(cluster)
        for name, value in record.get("metrics", {}).items()
        if name not in OF_THE_MACHINE
    }
    return figures, load_file(cluster.machines[0].disk / MODELS / "last/model.safetensors")


def same(found, wanted):
    """The same figures to the last digit, and the same weights."""
    assert found[0] == wanted[0]
    assert_close(found[1], wanted[1], rtol=0, atol=0)
