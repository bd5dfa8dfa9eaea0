"""An auto-encoder that learns in seconds."""

from pathlib import Path

import pytest

from vitpose_plus.datasets.readers.coco import read_coco
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import build_table
from vitpose_plus.models.sizes import Size
from vitpose_plus.pretraining.config import MaskedDecoder, MaskedOptimisation, Pretraining
from vitpose_plus.skeletons import SKELETONS

TWO_BLOCKS = Size(width=48, depth=2, heads=3, hidden=96, expert_width=12, decoder_width=16)
INPUT = (64, 48)
REAL = Path(__file__).resolve().parents[3] / "shared/data/real_mini/coco"


@pytest.fixture
def small():
    """A recipe of small batches and no worker processes; named fields of it may be given."""

    def make(**fields) -> Pretraining:
        usual = {
            "epochs": 2,
            "batch_size": 6,
            "workers": 0,
            "precision": "32-true",
            "validate_every": 1,
            "optimisation": MaskedOptimisation(learning_rate=0.02),
            "decoder": MaskedDecoder(width=32, depth=1, heads=2),
            "reconstructions": 2,
        }
        return Pretraining(**(usual | fields))

    return make


@pytest.fixture
def auto_encoder(small):
    """The configuration of the recipe's model."""
    return small().model(TWO_BLOCKS, INPUT)


@pytest.fixture
def real_split():
    """The few real people of COCO's test pictures."""
    annotations = REAL / "test_coco.json"
    if not annotations.is_file():
        pytest.skip(f"{annotations} is not there")
    reading = read_coco(SplitSource(annotations=annotations, images=REAL), SKELETONS["coco"])
    table = build_table("coco", "test", reading.instances)
    return Split("coco", SKELETONS["coco"], ("oks",), REAL, table)
