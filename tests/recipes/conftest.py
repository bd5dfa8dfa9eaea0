"""The published recipes, and ours as Kedro reads them.

The table is typed from the papers and official configs (facts/recipe.md), and from nothing of ours.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader

from pipelines.configuration import check_parameters, read_parameters
from pipelines.settings import CONFIG_LOADER_ARGS

CONF = Path(__file__).resolve().parents[2] / "conf"
SIX = ("coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody")


@dataclass(frozen=True)
class Published:
    """One published recipe.

    Attributes:
        kind: ViTPose on COCO, or ViTPose+ on six sets.
        figures: what its authors reach, by the data set's name in prose.
        pretrained: the size in MAE's file names.
    """

    environment: str
    kind: str
    size: str
    rate: float
    batch: int
    layer_decay: float
    drop_path: float
    depth: int
    pretrained: str
    figures: dict[str, str]

    @property
    def pipeline(self):
        return "train_vitpose_plus" if self.kind == "ViTPose+" else "train_vitpose"

    @property
    def tasks(self):
        return SIX if self.kind == "ViTPose+" else ("coco",)


def _plus(environment, size, *settings):
    names = ("COCO", "OCHuman", "MPII", "AIC", "AP-10K", "APT-36K", "WholeBody")
    *recipe, figures = settings
    known = dict(zip(names, figures.split("/"), strict=True))
    return Published(environment, "ViTPose+", size, 1e-3, 1024, *recipe, known)


def _single(environment, size, *settings):
    *recipe, figure = settings
    return Published(environment, "ViTPose", size, 5e-4, 512, *recipe, {"COCO": figure})


# fmt: off
TABLE = [
    # environment, size, layer decay, drop path, depth, MAE's weights, figures
    _plus("full_s", "s", 0.8, 0.1, 12, "small", "75.8/78.4/92.7/29.7/71.4/74.2/54.4"),
    _plus("full", "b", 0.75, 0.3, 12, "base", "77.0/82.6/92.8/31.8/74.5/75.9/57.4"),
    _plus("full_l", "l", 0.8, 0.5, 24, "large", "78.6/85.7/94.0/34.3/80.4/80.8/60.6"),
    _plus("full_h", "h", 0.8, 0.55, 32, "huge", "79.4/85.7/94.2/34.8/82.4/82.3/61.2"),
    _single("full_coco_s", "s", 0.8, 0.1, 12, "small", "73.8"),
    _single("full_coco", "b", 0.75, 0.3, 12, "base", "75.8"),
    _single("full_coco_l", "l", 0.8, 0.5, 24, "large", "78.3"),
    _single("full_coco_h", "h", 0.85, 0.55, 32, "huge", "79.1"),
]
# fmt: on


@pytest.fixture(scope="session", params=TABLE, ids=lambda row: row.environment)
def published(request):
    """Each published recipe in turn."""
    return request.param


@pytest.fixture(scope="session")
def table():
    """All published recipes."""
    return TABLE


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """A folder to be VITPOSE_DATA: of the archives only MAE's weights are looked for."""
    folder = tmp_path_factory.mktemp("archives")
    (folder / "mae").mkdir()
    for size in ("small", "base", "large", "huge"):
        (folder / "mae" / f"mae_pretrain_vit_{size}.pth").touch()
    return folder


@pytest.fixture(scope="session")
def load(archives):
    """An environment as `kedro run` loads and checks it; `params` are its --params."""

    def read(environment, params=None, conf=CONF):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("VITPOSE_DATA", str(archives))
            loader = OmegaConfigLoader(
                str(conf), env=environment, runtime_params=params or {}, **CONFIG_LOADER_ARGS
            )
            return check_parameters(read_parameters(loader), [conf / "base", conf / environment])

    return read


@pytest.fixture(scope="session")
def ours(load):
    """An environment as it stands, read once."""
    return cache(load)


@pytest.fixture(scope="session")
def recipe(ours, published):
    """Ours, for a published one."""
    return ours(published.environment)
