"""MPII Human Pose: the official MATLAB file, with the common (Tompson) validation people.

Layout: human-pose.mpi-inf.mpg.de, README of mpii_human_pose_v1_u12. Split: Tompson et al. 2015,
detections.mat, 1-based pairs of picture and person; it is the one that published figures use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.readers.coco import AREA_OF_BOX
from vitpose_plus.datasets.readers.matlab import member, number, read_mat, struct, structs, text
from vitpose_plus.datasets.readers.mpii_person import from_matlab, person_box
from vitpose_plus.datasets.readers.values import Place
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Instance, Reading
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.skeletons import Skeleton

HEAD_FACTOR = 0.6
"""PCKh's unit is 0.6 x the head rectangle's diagonal (official evaluation code)."""


@dataclass(frozen=True)
class _Person:
    """One annorect. Numbers are 1-based, as in the file."""

    image: int
    person: int
    file_name: str
    rect: np.void


def read_mpii(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read the training or the validation people, or both where no part is asked for.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
        ConfigurationError: a part is asked for without the list that tells them apart.
    """
    name = split.annotations.name
    reading = Reading(notes=[f"{name}: no areas; {AREA_OF_BOX} x box width x height stands in"])
    chosen = _Choice(split)
    for person in _training_people(split.annotations, reading):
        where = f"{name}, picture {person.file_name}, person {person.person}"
        if not chosen.has(person.image, person.person, where, reading):
            continue
        with Place(where):
            instance = _instance(person, skeleton, where)
        if isinstance(instance, str):
            reading.skipped.append((where, instance))
        else:
            reading.instances.append(instance)
    reading.notes += chosen.notes(name)
    return reading


class _Choice:
    """Which people belong to the asked part; counts those of the other one."""

    def __init__(self, split: SplitSource) -> None:
        if split.part is not None and split.tompson_list is None:
            raise ConfigurationError(
                f"{split.annotations}: part {split.part!r} needs tompson_list, the detections.mat "
                "that lists the validation people"
            )
        self.part = split.part
        self.pairs = _validation_people(split.tompson_list) if split.tompson_list else set()
        self.images = {image for image, _ in self.pairs}
        self.elsewhere = 0

    def has(self, image: int, person: int, where: str, reading: Reading) -> bool:
        """Whether the person is taken; the training part counts people of no part as skipped."""
        if self.part is None:
            return True
        if (image, person) in self.pairs:
            mine = self.part == "val"
        elif image in self.images:
            # Training on a validation person's neighbours would show its picture.
            if self.part == "train":
                reading.skipped.append((where, "beside validation people, but not in their list"))
            return False
        else:
            mine = self.part == "train"
        self.elsewhere += not mine
        return mine

    def notes(self, name: str) -> list[str]:
        """How many people the other part has."""
        if self.part is None:
            return []
        other = "val" if self.part == "train" else "train"
        return [f"{name}: {self.elsewhere} people belong to part {other}"]


def _validation_people(path: Path) -> set[tuple[int, int]]:
    with Place(path.name):
        images = np.ravel(read_mat(path, "RELEASE_img_index")).astype(int).tolist()
        people = np.ravel(read_mat(path, "RELEASE_person_index")).astype(int).tolist()
    if len(images) != len(people):
        raise AnnotationError(f"{path}: {len(images)} picture indices for {len(people)} people")
    return set(zip(images, people, strict=True))


def _training_people(path: Path, reading: Reading) -> Iterator[_Person]:
    release = struct(read_mat(path, "RELEASE"))
    if release is None:
        raise AnnotationError(f"{path}: RELEASE is no struct. Is it the official file?")
    pictures = structs(member(release, "annolist"))
    for_training = np.ravel(member(release, "img_train"))
    if len(pictures) != len(for_training):
        raise AnnotationError(
            f"{path}: {len(pictures)} pictures in annolist, {len(for_training)} in img_train"
        )
    empty = 0
    for index, picture in enumerate(pictures, start=1):
        if not for_training[index - 1]:
            continue
        where = f"{path.name}, picture {index}"
        image = struct(member(picture, "image"))
        file_name = None if image is None else text(member(image, "name"))
        if file_name is None:
            raise AnnotationError(f"{where}: image.name is missing")
        rects = structs(member(picture, "annorect"))
        empty += not rects
        for person, rect in enumerate(rects, start=1):
            yield _Person(index, person, file_name, rect)
    reading.notes.append(
        f"{path.name}: left out {int((for_training == 0).sum())} test pictures, which carry no "
        f"joints, and {empty} training pictures without people"
    )


def _instance(person: _Person, skeleton: Skeleton, where: str) -> Instance | str:
    """The row, or the reason why there is none."""
    rect = person.rect
    centre = struct(member(rect, "objpos"))
    scale = number(member(rect, "scale"))
    x, y = (None if centre is None else number(member(centre, axis)) for axis in "xy")
    points, visibility = _points(rect, len(skeleton), where)
    if not visibility.any():
        return "person without annopoints"
    if scale is None or x is None or y is None:
        return "person without scale or objpos"
    box = person_box((x, y), scale)
    stem = person.file_name.rsplit(".", 1)[0]
    return Instance(
        image_id=stem,
        instance_id=f"{stem}/{person.person}",
        file_name=person.file_name,
        bbox=box,
        keypoints=points,
        visibility=visibility,
        source=where,
        area=AREA_OF_BOX * box[2] * box[3],
        head_size=_head_size(rect),
    )


def _points(rect: np.void, count: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Points [K, 2] counted from 0 and visibility [K]; the file's order of points is any."""
    points = np.zeros((count, 2))
    visibility = np.zeros(count, dtype=np.uint8)
    for annopoints in structs(member(rect, "annopoints")):
        for point in structs(member(annopoints, "point")):
            joint = number(member(point, "id"))
            x, y = number(member(point, "x")), number(member(point, "y"))
            if joint is None or x is None or y is None or not 0 <= int(joint) < count:
                raise AnnotationError(
                    f"{where}: a point needs x, y and an id from 0 to {count - 1}, found "
                    f"id {joint}, x {x}, y {y}. Does the skeleton have MPII's 16 keypoints?"
                )
            points[int(joint)] = x, y
            # A missing or empty is_visible means visible (official toolbox).
            visibility[int(joint)] = 1 if number(member(point, "is_visible")) == 0 else 2
    return from_matlab(points, visibility > 0), visibility


def _head_size(rect: np.void) -> float | None:
    corners = [number(member(rect, name)) for name in ("x1", "y1", "x2", "y2")]
    if any(corner is None for corner in corners):
        return None
    x1, y1, x2, y2 = (float(corner or 0) for corner in corners)
    return HEAD_FACTOR * float(np.hypot(x2 - x1, y2 - y1))
