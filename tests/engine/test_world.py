import os

import pytest
import torch
from torch import distributed as dist

from vitpose_plus.engine.world import World, joined

# Several processes together are tested in test_launch.py.


def test_a_process_alone_is_a_world_of_its_own():
    world = World()
    values = torch.arange(3)
    assert world.main
    assert torch.equal(world.sum(values), values)
    assert world.gather("mine") == ["mine"]
    assert world.broadcast("mine") == "mine"


def test_without_torch_elastic_nothing_is_joined(monkeypatch):
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    with joined("cpu") as world:
        assert (world.rank, world.size, world.device) == (0, 1, torch.device("cpu"))
        assert not dist.is_initialized()


@pytest.fixture
def _started_alone(monkeypatch):
    """The environment of a torch elastic that started one process."""
    variables = {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0"}
    meeting = {"TORCHELASTIC_RUN_ID": "toy", "MASTER_ADDR": "localhost", "MASTER_PORT": "0"}
    for name, value in (variables | meeting).items():
        monkeypatch.setenv(name, value)
    yield
    if dist.is_initialized():
        dist.destroy_process_group()


@pytest.mark.usefixtures("_started_alone")
def test_the_group_is_left_when_all_went_well():
    with joined("cpu") as world:
        assert dist.get_world_size() == world.size == 1
    assert not dist.is_initialized()


@pytest.mark.usefixtures("_started_alone")
def test_after_an_error_the_process_does_not_wait_for_the_others():
    with pytest.raises(ZeroDivisionError), joined("cpu"):
        raise ZeroDivisionError
    assert dist.is_initialized()


@pytest.mark.usefixtures("_started_alone")
def test_a_sum_leaves_its_argument_alone():
    with joined("cpu"):
        world = World(size=2)  # of which one answers
        values = torch.ones(2)
        assert world.sum(values).data_ptr() != values.data_ptr()
        assert world.gather(os.getpid())[0] == os.getpid()
