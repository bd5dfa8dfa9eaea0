"""CrowdPose: COCO's layout with 14 keypoints, no areas, and how crowded each picture is.

Layout: Jeff-sjtu/CrowdPose, crowdpose_{train,val,trainval,test}.json.
"""

from dataclasses import replace

from vitpose_plus.datasets.readers.coco import Points, coco_points, read_annotations
from vitpose_plus.datasets.readers.coco_file import (
    CocoFile,
    category_keypoints,
    check_categories,
    open_coco,
)
from vitpose_plus.datasets.readers.values import numbers
from vitpose_plus.datasets.reading import Instance, Reading
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.skeletons import Skeleton

OWN_NAMES = {"head": "head_top", "top_head": "head_top"}
"""What the files call a keypoint that has another name here."""


def read_crowdpose(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read a CrowdPose split; rows carry their picture's crowdIndex.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
    """
    file = open_coco(split.annotations)
    notes = check_categories(_with_our_names(file), skeleton, counts=(len(skeleton),))
    uncounted: set[str] = set()

    def points(record: dict, where: str) -> Points:
        return coco_points(record, len(skeleton), where)

    def amend(instance: Instance, record: dict, image: dict) -> None:
        index = image.get("crowdIndex")
        if index is None:
            uncounted.add(instance.image_id)
        else:
            where = f"{split.annotations.name}, image {instance.image_id}"
            (instance.crowd_index,) = numbers([index], 1, "crowdIndex", where)

    reading = read_annotations(file, points, amend=amend)
    reading.notes = [*notes, *reading.notes]
    if uncounted:
        reading.notes.append(
            f"{split.annotations.name}: {len(uncounted)} pictures have no crowdIndex, so they are "
            "neither easy, medium nor hard"
        )
    return reading


def _with_our_names(file: CocoFile) -> CocoFile:
    def renamed(category: dict) -> dict:
        names = category_keypoints(file, category)
        return category | {"keypoints": [OWN_NAMES.get(name, name) for name in names]}

    return replace(file, categories={key: renamed(c) for key, c in file.categories.items()})
