"""Readers of the official layouts, one module each. `READERS` lists them."""

from collections.abc import Callable

from vitpose_plus.datasets.readers.aic import read_aic
from vitpose_plus.datasets.readers.ap10k import read_ap10k
from vitpose_plus.datasets.readers.apt36k import read_apt36k
from vitpose_plus.datasets.readers.coco import read_coco
from vitpose_plus.datasets.readers.coco_wholebody import read_coco_wholebody
from vitpose_plus.datasets.readers.crowdpose import read_crowdpose
from vitpose_plus.datasets.readers.interhand import read_interhand
from vitpose_plus.datasets.readers.mpii import read_mpii
from vitpose_plus.datasets.readers.mpii_json import read_mpii_json
from vitpose_plus.datasets.readers.ochuman import read_ochuman
from vitpose_plus.datasets.source import Layout, SplitSource
from vitpose_plus.datasets.table import Reading
from vitpose_plus.skeletons import Skeleton

READERS: dict[Layout, Callable[[SplitSource, Skeleton], Reading]] = {
    "coco": read_coco,
    "coco_wholebody": read_coco_wholebody,
    "aic": read_aic,
    "mpii": read_mpii,
    "mpii_json": read_mpii_json,
    "ap10k": read_ap10k,
    "apt36k": read_apt36k,
    "ochuman": read_ochuman,
    "crowdpose": read_crowdpose,
    "interhand": read_interhand,
}

__all__ = ["READERS"]
