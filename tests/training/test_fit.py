import json
from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints import load_model
from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import open_crops
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.history import HISTORY, Figures, read_history
from vitpose_plus.engine.world import World
from vitpose_plus.evaluation.predict import predict
from vitpose_plus.evaluation.score import score
from vitpose_plus.geometry import Augmentation
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.config import Training
from vitpose_plus.training.fit import fit, train_poses
from vitpose_plus.training.job import PoseJob, TrainingSplit, open_split

STILL = Augmentation(flip=0, half_body=0, scale=0, rotation=0, centre_jitter=0)


def recipe(epochs, **changes):
    optimisation = Optimisation(learning_rate=2e-3, layer_decay=1.0, milestones=())
    settings = {
        "epochs": epochs,
        "batch_size": 12,
        "workers": 0,
        "augmentation": STILL,
        "optimisation": optimisation,
        "precision": "32-true",
        "validate_every": epochs,
    }
    return Training(**(settings | changes))


def config(*splits):
    tasks = tuple(Task(name=split.name, skeleton=split.skeleton) for split in splits)
    return ViTPoseConfig(size="tiny", input_size=(64, 48), ffn="partially_shared", tasks=tasks)


def curves(folder):
    """What the history tells, by name."""
    heard = {}
    for line in read_history(folder / HISTORY):
        if isinstance(line, Figures):
            for name, value in line.metrics.items():
                heard.setdefault(name, []).append(value)
    return heard


def test_a_tiny_model_learns_two_tasks_by_heart(make_split, tmp_path):
    splits = [make_split("coco"), make_split("mpii")]
    # The same six again and again: an epoch of ten steps.
    often = [replace(split, table=split.table.take([*range(6)] * 10)) for split in splits]
    fitted = fit(config(*splits), recipe(15), often, splits, tmp_path, progress=False)
    heard = curves(tmp_path)
    losses = heard["loss_epoch"]
    assert losses[-1] < 0.35 * losses[0]
    assert {"loss_coco", "loss_mpii", "AP_coco", "PCKh_0.5_mpii", "score"} <= heard.keys()
    assert heard["PCKh_0.5_mpii"][-1] > 0.7
    poses = predict(load_model(fitted.best), splits, workers=0, progress=False)
    assert [len(one) for one in poses] == [6, 6]
    assert json.loads((fitted.last / "config.json").read_text())["size"] == "tiny"


def test_one_seed_gives_one_model(make_split, tmp_path):
    splits = [make_split("coco")]
    recipes = recipe(2, augmentation=Augmentation(), workers=1)
    first, second, other = (
        load_model(
            fit(
                config(*splits),
                recipes,
                splits,
                splits,
                tmp_path / str(i),
                seed=seed,
                progress=False,
            ).last
        ).state_dict()
        for i, seed in enumerate((0, 0, 1))
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_the_best_epoch_is_kept_beside_the_last(make_split, tmp_path):
    splits = [make_split("mpii")]
    run = tmp_path / "run"
    fitted = fit(config(*splits), recipe(5, validate_every=1), splits, splits, run, progress=False)
    scores = curves(run)["score"]
    assert len(scores) == 5
    assert fitted.best_score == max(scores)
    assert fitted.best_epoch == scores.index(max(scores))
    (poses,) = predict(load_model(fitted.best), splits, flip=False, workers=0, progress=False)
    again = score(poses, splits[0].table, splits[0].skeleton, ("pckh",))["PCKh@0.5"]
    assert again == pytest.approx(max(scores))
    assert {p.name for p in run.iterdir() if p.is_dir()} == {"best", "last", "panels"}


def test_stores_and_devices_train_as_pictures_and_loaders_do(make_split, tmp_path):
    splits = [make_split("mpii")]
    build_crops(splits[0], tmp_path / "crops", STILL, (64, 48), progress=False)
    stores = [open_crops(splits[0], tmp_path / "crops", STILL, (64, 48))]
    losses = []
    for name, given in (("loader", []), ("loader", stores), ("device", stores)):
        run = tmp_path / str(len(losses))
        whole = config(*splits), recipe(3, decode=name), splits, splits, run
        fit(*whole, stores=given, progress=False)
        losses.append(curves(run)["loss_epoch"])
    from_pictures, from_store, on_device = losses
    assert from_store == pytest.approx(from_pictures, rel=0.05)
    assert on_device == pytest.approx(from_store, rel=0.01)
    assert from_store != from_pictures


def test_a_job_is_done_from_its_addresses(ingested, tmp_path):
    split = TrainingSplit(tables=ingested("coco"), split="train", excluded=("1.jpg",))
    task = Task(name="coco", skeleton=SKELETONS["coco"])
    job = PoseJob(
        model=ViTPoseConfig(size="tiny", input_size=(64, 48), ffn="plain", tasks=(task,)),
        training=recipe(2),
        train=(split,),
        held_out=(split,),
        folder=tmp_path / "run",
        progress=False,
    )
    fitted = train_poses(job, World())
    given = [open_split(split)]
    other = fit(job.model, job.training, given, given, tmp_path / "other", progress=False)
    first, second = load_model(fitted.last).state_dict(), load_model(other.last).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert fitted.best_epoch == 1


def test_averaged_weights_are_what_is_scored_and_kept(make_split, tmp_path):
    splits = [make_split("mpii")]
    plain, averaged = (
        fit(
            config(*splits), recipe(3, ema=ema), splits, splits, tmp_path / str(ema), progress=False
        )
        for ema in (None, 0.9)
    )
    raw, average = (load_model(fitted.last).state_dict() for fitted in (plain, averaged))
    assert not all(torch.equal(raw[name], average[name]) for name in raw)
    (poses,) = predict(load_model(averaged.best), splits, flip=False, workers=0, progress=False)
    again = score(poses, splits[0].table, splits[0].skeleton, ("pckh",))["PCKh@0.5"]
    assert averaged.best_score == pytest.approx(again)
