from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vitpose_plus.checkpoints import load_model
from vitpose_plus.engine.config import Launch, Optimisation
from vitpose_plus.engine.history import HISTORY, Figures, read_history
from vitpose_plus.engine.launch import launch
from vitpose_plus.engine.world import World
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.config import Training
from vitpose_plus.training.fit import train_poses
from vitpose_plus.training.job import Fitted, PoseJob, TrainingSplit

TOYS = Path(__file__).parent / "toys"
WALL_CLOCK = {"data_wait", "samples_per_second", "mfu"}


@pytest.fixture
def job(ingested, tmp_path):
    """Two tasks in batches of four: a process's share often lacks one of them."""
    names = ("coco", "mpii")
    splits = tuple(TrainingSplit(tables=ingested(name), split="train") for name in names)
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
    training = Training(
        epochs=2,
        batch_size=4,
        workers=0,
        precision="32-true",
        log_every=1,
        panels=1,
        optimisation=Optimisation(learning_rate=1e-3, warmup_share=0.5),
    )
    return PoseJob(
        model=ViTPoseConfig(
            size="tiny", input_size=(64, 48), ffn="partially_shared", tasks=tasks, drop_path=0.0
        ),
        training=training,
        train=splits,
        held_out=splits,
        folder=tmp_path / "alone",
        progress=False,
    )


def figures(folder):
    return [
        {name: value for name, value in line.metrics.items() if name not in WALL_CLOCK}
        for line in read_history(folder / HISTORY)
        if isinstance(line, Figures)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_train_as_one(job, tmp_path, strategy):
    train_poses(job, World())
    spread = Launch(processes=2, strategy=strategy, restarts=0)
    other = replace(job, folder=tmp_path / "both", training=replace(job.training, launch=spread))
    fitted = launch("vitpose_plus.training.worker", other, spread, other.folder, Fitted)
    alone, both = figures(job.folder), figures(other.folder)
    assert len(alone) == len(both) == 10  # six steps, and two epochs' means and scores
    for one, two in zip(alone, both, strict=True):
        assert two == pytest.approx(one, abs=1e-5)
    expected = load_model(job.folder / "last").state_dict()
    for name, weight in load_model(fitted.last).state_dict().items():
        torch.testing.assert_close(weight, expected[name], atol=1e-4, rtol=1e-3)
    assert (other.folder / "panels" / "epoch_0002.jpg").exists()


@pytest.mark.slow
def test_a_process_killed_amid_an_epoch_changes_nothing_in_the_end(job, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TOYS))
    spread = Launch(processes=2, restarts=1)
    training = replace(job.training, launch=spread, checkpoint_every=2)
    undisturbed, killed = (
        replace(job, folder=tmp_path / name, training=training) for name in ("whole", "killed")
    )
    launch("vitpose_plus.training.worker", undisturbed, spread, undisturbed.folder, Fitted)
    fitted = launch("dies_once", killed, spread, killed.folder, Fitted)
    assert (killed.folder / "died").read_text() == "at step 4"  # of 6, the second of an epoch
    assert figures(killed.folder) == figures(undisturbed.folder)
    expected = load_model(undisturbed.folder / "last").state_dict()
    for name, weight in load_model(fitted.last).state_dict().items():
        assert torch.equal(weight, expected[name]), name
