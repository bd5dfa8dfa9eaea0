from pathlib import Path

import pytest

from vitpose_plus.datasets.sample import (
    ClipSizes,
    SampleConfig,
    SplitSizes,
    ThreeSplitSizes,
    ViewSizes,
    generate_sample,
)

SIZES = SplitSizes(train=8, val=3)
CONFIG = SampleConfig(
    seed=7,
    coco=SplitSizes(train=24, val=6),
    aic=SIZES,
    mpii=SplitSizes(train=30, val=12),
    ap10k=SIZES,
    apt36k=ClipSizes(clips=3, frames=3),
    coco_wholebody=SIZES,
    ochuman=12,
    crowdpose=ThreeSplitSizes(train=16, val=3, test=3),
    interhand=ViewSizes(train=22, val=3, test=2, cameras=3),
)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "raw"
    generate_sample(CONFIG, folder, workers=1, progress=False)
    return folder
