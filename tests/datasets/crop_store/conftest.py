"""Pictures with several people each, as a split."""

import cv2
import numpy as np
import pytest

from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.geometry import SetAugmentation
from vitpose_plus.skeletons import COCO


def smooth_picture(rng, width, height):
    """Colours that change slowly: JPEG keeps them."""
    few = rng.integers(40, 220, (4, 4, 3), np.uint8)
    return cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def make_crowd(tmp_path):
    """A split of smooth pictures with three people each, some of them cut off by the border.

    Rows of one picture do not follow one another.
    """

    def make(
        pictures: int = 4, size: tuple[int, int] = (240, 180), own: SetAugmentation | None = None
    ) -> Split:
        rng = np.random.default_rng(pictures)
        folder = tmp_path / "pictures"
        folder.mkdir()
        for i in range(pictures):
            cv2.imwrite(str(folder / f"{i}.png"), smooth_picture(rng, *size))
        rows = [_person(rng, n, n % pictures, size) for n in range(3 * pictures)]
        table = build_table("coco", "train", rows)
        return Split("coco", COCO, ("oks",), folder, table, own or SetAugmentation())

    return make


def _person(rng, number, picture, size):
    box = np.array([*rng.uniform(-0.1, 0.8, 2) * size, *rng.uniform(0.1, 0.6, 2) * size])
    return Instance(
        image_id=str(picture),
        instance_id=str(number),
        file_name=f"{picture}.png",
        bbox=tuple(box.tolist()),
        keypoints=box[:2] + rng.uniform(0, 1, (17, 2)) * box[2:],
        visibility=np.full(17, 2),
        source=f"person {number}",
        area=float(box[2] * box[3]),
        width=size[0],
        height=size[1],
    )
