"""A workplace with test data, evaluated models and a registry of its own."""

import importlib.util
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from pipelines.evaluate.held_out import KEPT, METRICS, REPORT
from pipelines.evaluate.scored import write_scored
from pipelines.promote.record import CONFIG, HEARTBEAT, OWNER, TEST_DATA, WEIGHTS
from pipelines.promote.registry import Registry
from vitpose_plus.checkpoints import save_model
from vitpose_plus.checksum import sha256_of
from vitpose_plus.datasets.manifest import Manifest, SplitManifest, write_manifest
from vitpose_plus.datasets.table import write_table
from vitpose_plus.evaluation.kept import keep_predictions
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.report import Scores, write_scores
from vitpose_plus.evaluation.score import score, shown_figures
from vitpose_plus.models import Size

PROCESS = Path(__file__).with_name("promoting.py")
POLICY = {
    "tolerance": 0.05,
    "resamples": 200,
    "latency": {"most_ratio": 100.0, "batch_size": 1, "rounds": 3},
    "patience": 3,
}
SMALL = Size(width=192, depth=1, heads=3, hidden=192, expert_width=48, decoder_width=32)


@pytest.fixture(scope="session")
def promoting():
    """The module that also runs as a process."""
    spec = importlib.util.spec_from_file_location("promoting", PROCESS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ingest(split, tables: Path) -> None:
    """What `ingest` leaves of a test split, with its checksum."""
    folder = tables / split.name
    folder.mkdir(parents=True, exist_ok=True)
    write_table(split.table, folder / "val.parquet")
    facts = SplitManifest(
        table="val.parquet",
        picture_table="val.pictures.parquet",
        images=str(split.images),
        **dict.fromkeys(("read", "kept", "trainable", "pictures"), len(split.table)),
        skipped=0,
        rejected=0,
        table_sha256=sha256_of(folder / "val.parquet"),
        pictures_sha256="seen",
        files_sha256={},
    )
    manifest = Manifest(
        dataset=split.name,
        layout="coco",
        skeleton=split.skeleton,
        metrics=split.metrics,
        splits={"val": facts},
        fingerprint=f"of {split.name}",
    )
    write_manifest(manifest, folder)


def noisy(split, noise: float, seed: int) -> Predictions:
    """The truth, so many pixels off."""
    rows, rng = split.trainable(), np.random.default_rng([seed, *split.name.encode()])
    off = rng.normal(0, noise, rows.keypoints.shape)
    ones = np.ones(len(rows))
    return Predictions(rows, (rows.keypoints + off).astype("f4"), rows.visibility * 0.45, ones)


@pytest.fixture
def workplace(tmp_path, make_split, make_model, promoting, store):
    """A folder with two ingested sets, a policy and a store, and functions that use them."""
    splits = [make_split(name, 12) for name in ("coco", "mpii")]
    for split in splits:
        ingest(split, tmp_path / "tables")
    place = Workplace(tmp_path, splits, make_model, promoting)
    place.set_policy()
    return place


class Workplace:
    def __init__(self, folder, splits, make_model, promoting):
        self.folder, self.splits = folder, splits
        self._make_model, self._promoting = make_model, promoting

    def set_policy(self, **changed):
        (self.folder / "promotion.yml").write_text(yaml.safe_dump(POLICY | changed))

    @property
    def parameters(self):
        return self._promoting.parameters(self.folder)

    def target(self, name):
        return self._promoting.target(self.folder, name)

    def model(self, name, *, weights=None, noise=None):
        """A random model whose figures are as if it were so many pixels off."""
        torch.manual_seed(len(list(self.folder.glob("*/best"))) if weights is None else weights)
        model = self._make_model("coco", "mpii", size=SMALL)
        save_model(model, self.folder / name / "best")
        if noise is not None:
            self.evaluate(name, noise)

    def evaluate(self, name, noise, *, seed=0):
        """What `evaluate` leaves; noise may differ by data set."""
        target = self.target(name)
        by_set = noise if isinstance(noise, dict) else dict.fromkeys(("coco", "mpii"), noise)
        found, scores = [], []
        for split in self.splits:
            poses = noisy(split, by_set[split.name], seed)
            figures = score(poses, split.table, split.skeleton, split.metrics)
            shown = shown_figures(split.metrics)
            scores.append(Scores(split.name, shown, figures, {}, len(poses)))
            found.append(poses)
        write_scores(target.reports / METRICS, scores)
        for split, poses in zip(self.splits, found, strict=True):
            keep_predictions(poses, split, target.reports / KEPT)
        write_scored(target, self.splits, self.parameters.data, self.parameters.evaluation)
        page = target.reports / REPORT / "index.html"
        page.parent.mkdir(exist_ok=True)
        page.write_text("a report")

    def ingest_anew(self):
        """The same sets, an instance short."""
        self.splits = [
            replace(split, table=split.table.take(range(len(split.table) - 1)))
            for split in self.splits
        ]
        for split in self.splits:
            ingest(split, self.folder / "tables")

    def promote(self, name):
        return self._promoting.promote(self.folder, name)


@pytest.fixture
def registry(store, promoting):
    """A registry on a store of its own."""
    return Registry(store, promoting.NAME)


@pytest.fixture
def open_version(registry):
    """Register a version that somebody is judging, each of other weights."""
    numbers = count()

    def make(owner="somebody", weights=None, data="t"):
        weights = weights or f"weights {next(numbers)}"
        tags = {OWNER: owner, HEARTBEAT: "", WEIGHTS: weights, CONFIG: "c", TEST_DATA: data}
        return registry.register("/nowhere/model", None, tags, "")

    return make
