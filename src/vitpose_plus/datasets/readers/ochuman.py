"""OCHuman: heavily overlapping people, who stand within their pictures' records.

Layout: liruilong940607/OCHumanApi, ochuman.json. Boxes are corners, keypoints go by their names
(more than COCO's 17), and the parts are those of its COCO-style conversion.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.datasets.readers.ochuman_keypoints import KeypointForm, keypoint_form
from vitpose_plus.datasets.readers.values import (
    Place,
    need,
    need_id,
    need_list,
    need_records,
    numbers,
    pixels,
)
from vitpose_plus.datasets.reading import Instance, Reading
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.skeletons import Skeleton

VALIDATION_PICTURES = 2500
"""The first ones with a person of both keypoints and segmentation are `val`, the rest `test`."""
MODERATE, HARD = 0.5, 0.75
"""Where the official ranges of max_iou begin: how far a person's box and another's overlap."""

Part = Literal["val", "test"]


def read_ochuman(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read the validation or the test people, or everybody where no part is asked for.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
        ConfigurationError: the training part is asked for: there is none.
    """
    if split.part == "train":
        raise ConfigurationError(f"{split.annotations}: OCHuman has no part train: val or test")
    name = split.annotations.name
    content = _open(split.annotations)
    with Place(name):
        form = keypoint_form(content, skeleton, name)
    reading, elsewhere = Reading(), 0
    overlaps: list[float] = []
    for image, part in _pictures(content, name):
        people = image["annotations"]
        if None not in (split.part, part) and part != split.part:
            elsewhere += len(people)
            continue
        for number, person in enumerate(people, start=1):
            where = f"{name}, image {image['image_id']}, person {number}"
            reason = _reason_to_skip(person, part) if split.part else _unlabelled(person)
            if reason is not None:
                reading.skipped.append((where, reason))
                continue
            with Place(where):
                instance = _instance(image, number, person, form, where)
            overlaps.append(instance.crowd_index or 0.0)
            reading.instances.append(instance)
    reading.notes.append(_overlap_note(name, overlaps))
    if split.part is not None:
        other = "test" if split.part == "val" else "val"
        reading.notes.append(f"{name}: {elsewhere} people belong to part {other}")
    return reading


def _open(path: Path) -> dict:
    content = read_json(path, dict)
    if "keypoint_names" not in content and "categories" in content:
        raise AnnotationError(
            f"{path.name}: this is OCHuman's COCO-style conversion, a part a file. Read it with "
            "layout: coco and without part."
        )
    return content


def _pictures(content: dict, name: str) -> Iterator[tuple[dict, Part | None]]:
    """Pictures with the part that they belong to, None where no person counts for one."""
    counted = 0
    for index, image in enumerate(need_records(content, "images", name), start=1):
        where = f"{name}, image number {index} of the file"
        need_id(image, "image_id", where)
        people = need_list(image, "annotations", where)
        with Place(where):
            counts = any(person.get("keypoints") and person.get("segms") for person in people)
        if counts:
            counted += 1
            yield image, "val" if counted <= VALIDATION_PICTURES else "test"
        else:
            yield image, None


def _unlabelled(person: dict) -> str | None:
    return None if person.get("keypoints") else "person without keypoints"


def _reason_to_skip(person: dict, part: Part | None) -> str | None:
    """Why a person does not count for the official parts."""
    if reason := _unlabelled(person):
        return reason
    if part is None:
        return "in a picture without segmentations, which stands in neither val nor test"
    return None if person.get("segms") else "person without segmentation: in neither val nor test"


def _instance(image: dict, number: int, person: dict, form: KeypointForm, where: str) -> Instance:
    left, top, right, bottom = numbers(need(person, "bbox", where), 4, "bbox", where)
    points, visibility = form.read(person["keypoints"], where)
    image_id = str(image["image_id"])
    return Instance(
        image_id=image_id,
        instance_id=f"{image_id}/{number}",
        file_name=str(need(image, "file_name", where)),
        bbox=(left, top, right - left, bottom - top),
        keypoints=points,
        visibility=visibility,
        source=where,
        area=(right - left) * (bottom - top),  # the official conversion's
        width=pixels(need(image, "width", where), "width", where),
        height=pixels(need(image, "height", where), "height", where),
        crowd_index=_number(person, "max_iou", where),
    )


def _overlap_note(name: str, overlaps: list[float]) -> str:
    hard = sum(overlap >= HARD for overlap in overlaps)
    moderate = sum(MODERATE <= overlap < HARD for overlap in overlaps)
    return (
        f"{name}: of {len(overlaps)} people, {moderate} overlap another one moderately (max_iou "
        f"{MODERATE} to {HARD}), {hard} heavily ({HARD} and above)"
    )


def _number(record: dict, key: str, where: str) -> float:
    value: Any = need(record, key, where)
    return numbers([value], 1, key, where)[0]
