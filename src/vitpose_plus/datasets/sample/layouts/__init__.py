"""The official raw layouts, one module each, and the table of them."""

from vitpose_plus.datasets.sample.layouts.aic import AIC
from vitpose_plus.datasets.sample.layouts.ap10k import AP10K
from vitpose_plus.datasets.sample.layouts.apt36k import APT36K
from vitpose_plus.datasets.sample.layouts.coco import COCO
from vitpose_plus.datasets.sample.layouts.coco_wholebody import COCO_WHOLEBODY
from vitpose_plus.datasets.sample.layouts.crowdpose import CROWDPOSE
from vitpose_plus.datasets.sample.layouts.interhand import INTERHAND
from vitpose_plus.datasets.sample.layouts.layout import Layout, Shot
from vitpose_plus.datasets.sample.layouts.mpii import MPII
from vitpose_plus.datasets.sample.layouts.ochuman import OCHUMAN

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        *(COCO, AIC, MPII, AP10K, APT36K, COCO_WHOLEBODY),
        *(OCHUMAN, CROWDPOSE, INTERHAND),
    )
}

__all__ = ["LAYOUTS", "Layout", "Shot"]
