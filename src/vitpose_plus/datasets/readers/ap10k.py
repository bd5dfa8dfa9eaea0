"""AP-10K: COCO's layout with a category a species (54), and one skeleton for all of them."""

from vitpose_plus.datasets.readers.coco import read_coco
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Reading
from vitpose_plus.skeletons import Skeleton


def read_ap10k(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read an AP-10K split; a row's category is its species, and scoring folds them to one.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
    """
    reading = read_coco(split, skeleton)
    species = reading.instances.rows().column("category").unique()
    reading.notes.append(f"{split.annotations.name}: {len(species)} species, read as one task")
    return reading
