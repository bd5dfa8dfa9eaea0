"""From one picture to the crops of the people in it."""

from dataclasses import dataclass

import cv2
import numpy as np

from vitpose_plus.datasets.crop_store.config import CropEncoding
from vitpose_plus.datasets.crop_store.reach import Reach
from vitpose_plus.datasets.crop_store.region import Region, region_of
from vitpose_plus.datasets.crop_store.shards import StoredCrop
from vitpose_plus.datasets.trainable_rows import TrainableRows
from vitpose_plus.errors import PictureError
from vitpose_plus.geometry import read_picture

SAMPLING = {
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}


@dataclass(frozen=True)
class Cutter:
    """Cuts the crops of one picture; any number of threads share it.

    Attributes:
        rows: what to cut.
        reach: what the crops must have room for.
        encoding: how they are coded.
    """

    rows: TrainableRows
    reach: Reach
    encoding: CropEncoding

    def cut(self, own: np.ndarray) -> list[StoredCrop]:
        """The crops of the rows `own`, which share a picture: it is decoded once.

        Raises:
            PictureError: it is missing, unreadable, or of another size than the table says.
        """
        picture = self._read(int(own[0]))
        return [self._cut_one(picture, int(row)) for row in own]

    def _read(self, row: int) -> np.ndarray:
        path = self.rows.path(row)
        picture = read_picture(path)
        height, width = picture.shape[:2]
        if (width, height) != tuple(self.rows.sizes[row]):
            told = "x".join(map(str, self.rows.sizes[row]))
            raise PictureError(
                f"picture {path} measures {width}x{height}, the annotation table says {told}: "
                "ingest again"
            )
        return picture

    def _cut_one(self, picture: np.ndarray, row: int) -> StoredCrop:
        region = self._region(row, (picture.shape[0], picture.shape[1]))
        pixels = picture[region.top : region.bottom, region.left : region.right]
        if region.shrunk:
            # Area averaging: what a sharper picture would alias is gone.
            pixels = cv2.resize(pixels, (region.width, region.height), interpolation=cv2.INTER_AREA)
        return StoredCrop(row, self._encode(pixels), region.matrix(), self.rows.boxes[row])

    def _region(self, row: int, picture_size: tuple[int, int]) -> Region:
        whole = self.rows.view(row, self.reach.input_size)
        halved = self.reach.half_body_keypoints is not None
        halves = self.rows.body(row).halves(whole) if halved else None
        stray = self.reach.jitter * self.rows.boxes[row, 2:]
        return region_of(whole, stray, halves or (), self.reach, picture_size)

    def _encode(self, pixels: np.ndarray) -> np.ndarray:
        options = [
            *(cv2.IMWRITE_JPEG_QUALITY, self.encoding.quality),
            *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLING[self.encoding.colour]),
        ]
        return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)[1]
