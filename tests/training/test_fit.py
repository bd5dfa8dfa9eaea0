import json

import pytest
import torch

from vitpose_plus.checkpoints import load_model
from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import open_crops
from vitpose_plus.evaluation.predict import predict
from vitpose_plus.evaluation.score import score
from vitpose_plus.geometry import Augmentation
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.training.config import Optimisation, Training
from vitpose_plus.training.fit import fit

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


class Listener:
    """A Lightning logger that keeps what it hears."""

    def __new__(cls):
        from lightning.pytorch.loggers import Logger

        class Kept(Logger):
            name, version = "kept", 0

            def __init__(self):
                super().__init__()
                self.heard = {}

            def log_metrics(self, metrics, step=None):
                for name, value in metrics.items():
                    self.heard.setdefault(name, []).append(value)

            def log_hyperparams(self, *args, **kwargs):
                pass

        return Kept()


def test_a_tiny_model_learns_two_tasks_by_heart(make_split, tmp_path):
    splits = [make_split("coco"), make_split("mpii")]
    listener = Listener()
    fitted = fit(
        config(*splits), recipe(150), splits, splits, tmp_path, logger=listener, progress=False
    )
    losses = listener.heard["loss_epoch"]
    assert losses[-1] < 0.35 * losses[0]
    assert {"loss_coco", "loss_mpii", "AP_coco", "PCKh_0.5_mpii", "score"} <= listener.heard.keys()
    assert listener.heard["PCKh_0.5_mpii"][-1] > 0.7
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
    listener = Listener()
    settings = recipe(5, validate_every=1)
    fitted = fit(
        config(*splits), settings, splits, splits, tmp_path, logger=listener, progress=False
    )
    scores = listener.heard["score"]
    assert fitted.best_score == pytest.approx(max(scores))
    assert fitted.best_epoch == scores.index(max(scores))
    (poses,) = predict(load_model(fitted.best), splits, flip=False, workers=0, progress=False)
    again = score(poses, splits[0].table, splits[0].skeleton, ("pckh",))["PCKh@0.5"]
    assert again == pytest.approx(max(scores))
    assert {"best", "last", "checkpoints"} <= {path.name for path in tmp_path.iterdir()}
    assert sorted(p.name for p in (tmp_path / "checkpoints").iterdir()) == [
        "best.ckpt",
        "last.ckpt",
    ]


def test_stores_and_devices_train_as_pictures_and_loaders_do(make_split, tmp_path):
    splits = [make_split("mpii")]
    build_crops(splits[0], tmp_path / "crops", STILL, (64, 48), progress=False)
    stores = [open_crops(splits[0], tmp_path / "crops", STILL, (64, 48))]
    losses = []
    for name, given in (("loader", []), ("loader", stores), ("device", stores)):
        listener = Listener()
        settings = recipe(3, decode=name)
        whole = config(*splits), settings, splits, splits, tmp_path / "model"
        fit(*whole, stores=given, logger=listener, progress=False)
        losses.append(listener.heard["loss_epoch"])
    from_pictures, from_store, on_device = losses
    assert from_store == pytest.approx(from_pictures, rel=0.05)
    assert on_device == pytest.approx(from_store, rel=0.01)
    assert from_store != from_pictures
