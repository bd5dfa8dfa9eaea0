"""InterHand2.6M: hands before many cameras, a row a hand, their 2D points projected from 3D.

Layout: mks0601.github.io/InterHand2.6M, the files `_data`, `_camera` and `_joint_3d` of a split.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.datasets.readers.coco import AREA_OF_BOX
from vitpose_plus.datasets.readers.coco_file import ById, image_of, where_annotation
from vitpose_plus.datasets.readers.interhand_frames import BOTH_HANDS
from vitpose_plus.datasets.readers.interhand_view import Scenes, View
from vitpose_plus.datasets.readers.values import Place, flag, need, need_records, numbers, pixels
from vitpose_plus.datasets.reading import Instance, Reading
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.skeletons import Skeleton

HANDS = {"right": ("right",), "left": ("left",), "interacting": ("right", "left")}
"""hand_type to the hands that the picture shows."""
HALVES = {"right": slice(0, BOTH_HANDS // 2), "left": slice(BOTH_HANDS // 2, BOTH_HANDS)}
WRIST = -1
"""A hand's last joint, its root."""
LEAST_JOINTS = 12
"""Hands with fewer valid joints are left out (ViTPose's recipe, `InterHand2DDataset`)."""
MARGIN = 1.2
"""An official box is so many times its joints' extent; the usual padding of 1.25 then gives the
1.5 extents that ViTPose's recipe looks at."""

Box = tuple[float, float, float, float]


def read_interhand(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read a split: one row a hand, its wrist last.

    A row's category is `right_hand` or `left_hand`; its hand_type says whether the picture shows
    the other hand too.

    Raises:
        AnnotationError: a file breaks its layout, or the three do not belong together.
        ConfigurationError: the skeleton is no hand's, or cameras or joints are not named.
    """
    if 2 * len(skeleton) != BOTH_HANDS:
        raise ConfigurationError(
            f"layout interhand has {BOTH_HANDS // 2} keypoints a hand, skeleton {skeleton.name!r} "
            f"{len(skeleton)}. Set skeleton: interhand."
        )
    scenes = Scenes(_named(split, "cameras"), _named(split, "joints"))
    name = split.annotations.name
    reading, used, not_found = Reading(), set[str](), 0
    for record, image, where in _records(split.annotations):
        with Place(where):
            view = scenes.view(image, record, where)
            hands = list(_hands(record, image, view, where, reading.skipped))
        not_found += view.not_found
        for instance in hands:
            used.add(instance.image_id)
            reading.instances.append(instance)
    reading.notes += [
        f"{name}: hidden and visible joints are not told apart; labelled ones are visible",
        f"{name}: no areas; {AREA_OF_BOX} x box width x height stands in",
        f"{name}: {len(used)} pictures have rows; boxes are {MARGIN} x the joints' extent",
    ]
    if not_found:
        reading.notes.append(f"{name}: {not_found} joints without a position in 3D are unlabelled")
    return reading


def _named(split: SplitSource, key: str) -> Path:
    path: Path | None = getattr(split, key)
    if path is None:
        raise ConfigurationError(
            f"{split.annotations}: layout interhand needs {key}, the split's "
            f"InterHand2.6M_…_{'camera' if key == 'cameras' else 'joint_3d'}.json"
        )
    return path


def _records(path: Path) -> Iterator[tuple[dict, dict, str]]:
    """Annotations with their pictures' records, file and record."""
    content = read_json(path, dict)
    images = ById(path, "image", need_records(content, "images", path.name))
    for index, record in enumerate(need_records(content, "annotations", path.name)):
        where = where_annotation(path, record, index)
        yield record, image_of(images, record, where), where


def _hands(
    record: dict, image: dict, view: View, where: str, skipped: list[tuple[str, str]]
) -> Iterator[Instance]:
    """A record's rows; hands that become none are added to `skipped`."""
    hand_type = need(record, "hand_type", where)
    if hand_type not in HANDS:
        raise AnnotationError(f"{where}: hand_type {hand_type!r} is none of {', '.join(HANDS)}")
    if not flag(need(record, "hand_type_valid", where), "hand_type_valid", where):
        skipped.append((where, "hand_type is not valid"))
        return
    for side, half in HALVES.items():
        named = side in HANDS[hand_type]
        if not named and not view.valid[half].any():
            continue
        hand = f"{where}, {side} hand"
        reason = _reason_to_skip(view, half) if named else "hand that hand_type does not name"
        if reason is not None:
            skipped.append((hand, reason))
        else:
            yield _instance(record, image, view, side, hand)


def _reason_to_skip(view: View, half: slice) -> str | None:
    valid = view.valid[half]
    if not valid.any():
        return "hand without a valid joint"
    if not valid[WRIST]:
        return "hand without a valid wrist, on which the others depend"
    if valid.sum() < LEAST_JOINTS:
        return f"hand with fewer than {LEAST_JOINTS} valid joints"
    if not view.ahead[half].all():
        return "hand with a joint behind the camera"
    return None


def _instance(record: dict, image: dict, view: View, side: str, where: str) -> Instance:
    points, valid = view.points[HALVES[side]], view.valid[HALVES[side]]
    if record["hand_type"] == "interacting":
        box = box_of(points[valid])  # the official one holds both hands
    else:
        x, y, width, height = numbers(need(record, "bbox", where), 4, "bbox", where)
        box = (x, y, width, height)
    return Instance(
        image_id=str(image["id"]),
        instance_id=f"{need(record, 'id', where)}/{side}",
        file_name=str(need(image, "file_name", where)),
        bbox=box,
        keypoints=points.astype(np.float32),
        visibility=np.where(valid, 2, 0).astype(np.uint8),
        source=where,
        area=AREA_OF_BOX * box[2] * box[3],
        width=pixels(need(image, "width", where), "width", where),
        height=pixels(need(image, "height", where), "height", where),
        category=f"{side}_hand",
        hand_type=record["hand_type"],
    )


def box_of(points: np.ndarray) -> Box:
    """Points [N, 2] -> x, y, width, height about them, as the official boxes are made."""
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    x, y = low - (MARGIN - 1) / 2 * extent
    return float(x), float(y), float(MARGIN * extent[0]), float(MARGIN * extent[1])
