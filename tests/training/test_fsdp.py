from pathlib import Path

import pytest
import torch

from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.launch import launch
from vitpose_plus.engine.world import World
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS

TOYS = Path(__file__).parent / "toys"


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.syspath_prepend(TOYS)
    monkeypatch.setenv("PYTHONPATH", str(TOYS))
    import scored_first

    return scored_first


@pytest.mark.slow
def test_a_sharded_network_that_was_scored_first_trains_as_a_whole_one(toy, tmp_path):
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in ("coco", "mpii"))
    model = ViTPoseConfig(
        size="tiny", input_size=(64, 48), ffn="partially_shared", tasks=tasks, drop_path=0.0
    )
    folders = tmp_path / "alone", tmp_path / "both"
    for folder in folders:
        folder.mkdir()
    orders = [toy.Order(model=model, folder=folder) for folder in folders]
    alone = toy.score_then_step(orders[0], World())
    spread = Launch(processes=2, strategy="fsdp", restarts=0)
    both = launch("scored_first", orders[1], spread, folders[1], toy.Outcome)
    torch.testing.assert_close(
        torch.tensor(both.keypoints), torch.tensor(alone.keypoints), atol=1e-2, rtol=1e-4
    )
    expected, found = (torch.load(folder / "weights.pt") for folder in folders)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
