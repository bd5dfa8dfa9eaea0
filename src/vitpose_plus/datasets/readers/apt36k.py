"""APT-36K: COCO's layout over video frames, with paths of the authors' Windows machine.

Layout: pandorgan/APT-36K, apt36k_annotations.json. There is no official split: neighbouring
frames are near copies, so a split should go by video; one by frames measures something else.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from vitpose_plus.datasets.readers.coco import Points, coco_points, read_annotations
from vitpose_plus.datasets.readers.coco_file import (
    CocoFile,
    check_categories,
    open_coco,
    where_annotation,
)
from vitpose_plus.datasets.readers.values import Place
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Instance, Reading
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton

OWN_PARTS = 3
"""species / clip / frame: what stands below the archive's root."""


def read_apt36k(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read the frames that the split's shares of videos and frames hold.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
    """
    file = open_coco(split.annotations)
    notes = check_categories(file, skeleton, counts=(len(skeleton),))
    chosen = [
        index
        for index, record in enumerate(file.annotations)
        if _belongs(split, file, record, index)
    ]
    relative = path_below(split.images)

    def points(record: dict, where: str) -> Points:
        return coco_points(record, len(skeleton), where)

    def amend(instance: Instance, record: dict, image: dict) -> None:
        track = record.get("track_id")
        instance.file_name = relative(instance.file_name)
        instance.video_id = str(image.get("video_id", record.get("video_id")))
        instance.track_id = None if track is None else str(track)

    reading = read_annotations(file, points, chosen=chosen, amend=amend)
    left_out = len(file.annotations) - len(chosen)
    reading.notes = [
        *notes,
        *reading.notes,
        f"{file.path.name}: {left_out} annotations of other videos or frames",
    ]
    return reading


def unit_hash(name: str) -> float:
    """A video's or a frame's place in [0, 1): the first 32 bits of SHA-256 of its name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32


def path_below(images: Path) -> Callable[[str], str]:
    """A function from a recorded path to the path below `images`.

    It takes the longest ending of the recorded path that exists there, and where none does,
    species/clip/frame, so that the picture is reported as missing. Shorter endings do not count:
    clips of two species share their names.
    """
    fitted = 0  # the ending's length at the last picture: nearly always the next one's too

    def relative(recorded: str) -> str:
        nonlocal fitted
        parts = PurePosixPath(recorded.replace("\\", "/")).parts
        parts = tuple(part for part in parts if part != "/" and not part.endswith(":"))
        shortest = min(OWN_PARTS, len(parts))
        for length in (fitted, *range(len(parts), shortest - 1, -1)):
            ending = "/".join(parts[-length:])
            if shortest <= length <= len(parts) and (images / ending).is_file():
                fitted = length
                return ending
        return "/".join(parts[-shortest:])

    return relative


def _within(share: tuple[float, float] | None, name: str) -> bool:
    least, end = share or (0.0, 1.0)
    return least <= unit_hash(name) < end


def _belongs(split: SplitSource, file: CocoFile, record: dict, index: int) -> bool:
    where = where_annotation(file.path, record, index)
    image = file.image_of(record, where)
    video = image.get("video_id", record.get("video_id"))
    if video is None:
        raise AnnotationError(
            f"{where}: neither it nor its image has a video_id; without one, frames of a video "
            "would stand on both sides of a split"
        )
    with Place(where):
        return _within(split.video_share, str(video)) and _within(
            split.frame_share, f"frame {image['id']}"
        )
