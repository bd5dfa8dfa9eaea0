"""Small evaluations with pictures, of every kind of metric."""

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation_pages import TaskEvaluation
from vitpose_plus.skeletons import SKELETONS

METRICS = {"mpii": "pckh", "interhand": "hand"}
FIGURES = {"mpii": {"PCKh@0.5": 0.5, "Head": 0.6}, "interhand": {"AUC": 0.5, "EPE": 9.0}}
COUNT = 9

MakeEvaluation = Callable[..., TaskEvaluation]


@pytest.fixture
def make_evaluation(tmp_path) -> MakeEvaluation:
    """A task's nine instances, three a picture, found within about `away` pixels."""

    def make(name: str = "coco", away: float = 6.0, seed: int = 0) -> TaskEvaluation:
        rng = np.random.default_rng(1)
        skeleton = SKELETONS[name]
        folder = tmp_path / "pictures"
        folder.mkdir(exist_ok=True)
        rows = []
        for i in range(COUNT):
            Image.new("RGB", (240, 200), (120, 120, 120)).save(folder / f"{i // 3}.png")
            rows.append(
                Instance(
                    image_id=f"{i // 3}",
                    instance_id=f"{name}-{i}",
                    file_name=f"{i // 3}.png",
                    bbox=(60.0, 20.0, 120.0, 160.0),
                    keypoints=rng.uniform((60, 20), (180, 180), (len(skeleton), 2)),
                    visibility=rng.integers(0, 3, len(skeleton)),
                    source=f"{name} {i}",
                    area=90.0**2,
                    width=240,
                    height=200,
                    category="<dog>" if i % 2 else "cat",
                    head_size=25.0,
                )
            )
        table = build_table(name, "val", rows)
        noise = np.random.default_rng(seed).normal(0, away, table.keypoints.shape)
        scores = rng.uniform(0.3, 1, table.visibility.shape)
        found = (table.keypoints + noise).astype(np.float32)
        split = Split(name, skeleton, (METRICS.get(name, "oks"),), folder, table)
        figures = FIGURES.get(name, {"AP": 0.5, "AP50": 0.75, "AP_M": float("nan")})
        predictions = Predictions(table, found, scores, np.ones(COUNT))
        return TaskEvaluation(split, predictions, figures, {"AP": 0.01})

    return make


class Page(HTMLParser):
    """What a page refers to, and whether its tags are closed in order."""

    ALONE = frozenset({"meta", "img"})

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text())
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in {"src", "href"}]
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def page_of() -> type[Page]:
    """Read a page."""
    return Page
