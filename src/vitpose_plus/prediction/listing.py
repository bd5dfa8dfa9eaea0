"""What the results speak of, in COCO's layout: pictures, videos, keypoints."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from vitpose_plus.prediction.subjects import Subject
from vitpose_plus.replacement import replacing_file
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True)
class ListedPicture:
    """A picture that was predicted: the `image_id` of its results, its name, its pixels."""

    id: int | str
    file_name: str
    width: int
    height: int


@dataclass(frozen=True)
class ListedVideo:
    """A video that was predicted; the `image_id` of its results is the frame, counted from 0.

    Attributes:
        file_name: its name.
        results: the file of its poses, beside this one.
        frames: how many were read.
        fps: frames a second.
        width, height: pixels.
    """

    file_name: str
    results: str
    frames: int
    fps: float
    width: int
    height: int


@dataclass
class Listing:
    """Grows while the prediction goes on."""

    images: list[ListedPicture] = field(default_factory=list)
    videos: list[ListedVideo] = field(default_factory=list)

    def write(self, path: Path, skeleton: Skeleton, subject: Subject) -> None:
        """Write it whole, with the one category that results have."""
        category = {
            "id": 1,
            "name": subject.name,
            "keypoints": skeleton.keypoints,
            "skeleton": [(a + 1, b + 1) for a, b in skeleton.limb_index()],  # COCO counts from 1.
        }
        content = {"info": {"keypoints": skeleton.name}, **asdict(self)}
        content |= {"annotations": [], "categories": [category]}
        with replacing_file(path) as part:
            part.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
