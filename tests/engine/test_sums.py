import pytest
import torch

from vitpose_plus.engine.sums import Sums
from vitpose_plus.engine.world import World


def test_a_mean_is_over_samples_and_not_over_steps():
    sums = Sums()
    sums.add({"loss": (torch.tensor(6.0), 3)})
    sums.add({"loss": (torch.tensor(1.0), 1), "loss_coco": (torch.tensor(0.0), 0)})
    assert sums.take(World()) == {"loss": 1.75}
    assert sums.take(World()) == {}


def test_what_was_summed_is_taken_up_again():
    sums = Sums()
    sums.add({"loss": (torch.tensor(6.0), 3)})
    again = Sums(sums.whole(World()))
    again.add({"loss": (torch.tensor(2.0), 1)})
    assert again.take(World()) == {"loss": pytest.approx(2.0)}
