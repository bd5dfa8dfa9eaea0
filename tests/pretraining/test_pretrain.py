import json
from pathlib import Path

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from vitpose_plus.checkpoints import load_backbone
from vitpose_plus.checkpoints.mae_folder import read_mae_config
from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.launch import launch
from vitpose_plus.engine.world import World
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.pretraining.job import Pretrained, PretrainingJob
from vitpose_plus.pretraining.pretrain import fit_masked, pretrain
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.config import Start
from vitpose_plus.training.job import TrainingSplit


def history(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


def figures(folder: Path, name: str) -> list[float]:
    return [line["metrics"][name] for line in history(folder) if name in line.get("metrics", {})]


@pytest.fixture
def make_job(make_split, ingest_split, small, auto_encoder, tmp_path):
    """A job on an ingested folder of 8 pictures, which it is scored on, too."""
    split = make_split("coco", 8)
    tables = ingest_split(split, tmp_path / "tables")
    address = TrainingSplit(tables=tables, split="train")

    def make(name: str = "run", **fields) -> PretrainingJob:
        return PretrainingJob(
            model=auto_encoder,
            pretraining=small(batch_size=4, **fields),
            train=(address,),
            held_out=(address,),
            folder=tmp_path / name,
            progress=False,
        )

    return make


def test_a_pretraining_lowers_its_loss_and_a_vitpose_starts_from_it(make_job, auto_encoder):
    job = make_job(epochs=30, validate_every=15)
    done = pretrain(job, World())
    losses = figures(job.folder, "loss_epoch")
    assert losses[-1] < 0.97 * losses[0]
    held_out = figures(job.folder, "held_out_loss")
    assert len(held_out) == 2
    assert done.score == -min(held_out)
    assert read_mae_config(done.weights) == auto_encoder
    drawn = [line["picture"] for line in history(job.folder) if "picture" in line]
    assert [(job.folder / path).is_file() for path in drawn] == [True, True]
    task = Task(name="coco", skeleton=SKELETONS["coco"])
    config = ViTPoseConfig(
        size=auto_encoder.size, input_size=(64, 48), ffn="partially_shared", tasks=(task,)
    )
    found = load_backbone(ViTPose(config), Start(weights=done.weights).weights)
    assert not found.missing


def test_whole_pictures_are_learned_from_too(make_job):
    job = make_job(view="pictures", epochs=1)
    assert pretrain(job, World()).weights == job.folder / "last"


def test_the_same_job_gives_the_same_weights(make_job):
    one, other = (pretrain(make_job(name), World()).weights for name in ("one", "other"))
    assert (one / "mae.safetensors").read_bytes() == (other / "mae.safetensors").read_bytes()


def test_a_job_survives_a_file_and_refuses_another_recipes_model(make_job, small, auto_encoder):
    job, kind = make_job(), TypeAdapter(PretrainingJob)
    assert kind.validate_json(kind.dump_json(job)) == job
    given = kind.dump_python(job) | {"pretraining": small(mask_ratio=0.5)}
    with pytest.raises(ValidationError, match="recipe is of another model"):
        kind.validate_python(given)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_do_what_one_does(strategy, make_job):
    alone = pretrain(make_job("one"), World())
    two = make_job("two", launch=Launch(processes=2, strategy=strategy, restarts=0))
    together = launch(
        "vitpose_plus.pretraining.worker", two, two.pretraining.launch, two.folder, Pretrained
    )
    assert together.score == pytest.approx(alone.score, rel=1e-5)
    for name in ("loss_epoch", "loss_coco", "held_out_loss"):
        assert figures(two.folder, name) == pytest.approx(
            figures(alone.weights.parent, name), rel=1e-5
        )
    assert (two.folder / "reconstructions" / "epoch_0001.jpg").is_file()


def test_real_crops_are_learned_from(small, real_split, auto_encoder, tmp_path):
    recipe = small(epochs=8, batch_size=4, validate_every=8)
    done = fit_masked(auto_encoder, recipe, [real_split], [real_split], tmp_path, progress=False)
    losses = figures(tmp_path, "loss_epoch")
    assert losses[-1] < losses[0]
    assert torch.isfinite(torch.tensor(done.score))
