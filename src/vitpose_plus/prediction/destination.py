"""The folder that a prediction writes to."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vitpose_plus.errors import ConfigurationError, PictureError
from vitpose_plus.evaluation.results import Results
from vitpose_plus.inference.drawing import draw_poses
from vitpose_plus.prediction.sources import Source, Sources
from vitpose_plus.replacement import replacing_file
from vitpose_plus.skeletons import Skeleton

PREDICTIONS = "predictions.json"
LISTING = "pictures.json"


@dataclass(frozen=True)
class Destination:
    """Where results go, and how poses are drawn.

    Attributes:
        folder: holds `PREDICTIONS`, `LISTING`, and all that is named after a source.
        draw: whether pictures and videos with the poses are written.
        threshold: the least score of a pose that is drawn, and of its keypoints that are.
        draw_boxes: whether their boxes are drawn, too.
    """

    folder: Path
    draw: bool = True
    threshold: float = 0.3
    draw_boxes: bool = True

    def drawn(self, source: Source) -> Path:
        """A source with its poses: of the same name, if that format can be written."""
        if source.is_video:
            ending = "" if source.path.suffix.lower() == ".mp4" else ".mp4"
        else:
            ending = "" if cv2.haveImageWriter(source.path.name) else ".png"
        return self.folder / f"{source.name}{ending}"

    def of_frames(self, video: Source) -> Path:
        """A video's results."""
        return self.folder / f"{video.name}.json"

    def draw_on(self, pixels: np.ndarray, results: Results, skeleton: Skeleton) -> np.ndarray:
        """The picture [H, W, 3] uint8 RGB with its poses; a box only where a pose is drawn."""
        seen = (results.scores >= self.threshold).any(axis=1)
        shown = results.take(seen & (results.score >= self.threshold))
        return draw_poses(
            pixels,
            shown.keypoints,
            shown.scores,
            skeleton,
            threshold=self.threshold,
            boxes=shown.boxes if self.draw_boxes else None,
        )

    def check(self, sources: Sources, *, force: bool) -> None:
        """Refuse to write over anything that is not an earlier run's.

        Raises:
            ConfigurationError: the folder is a file or holds something, or what would be drawn
                has the place of a source.
        """
        if self.folder.is_file():
            raise ConfigurationError(f"{self.folder} is a file: name a folder")
        every = (*sources.pictures, *sources.videos)
        places = {source.path.resolve() for source in every}
        for source in every:
            if self.drawn(source).resolve() in places:
                raise ConfigurationError(
                    f"{source.path} would be drawn over: name another folder than {self.folder}"
                )
        if not force and self.folder.is_dir() and any(self.folder.iterdir()):
            raise ConfigurationError(
                f"{self.folder} is not empty: --force writes into it all the same, over files of "
                "the same names, or name another folder by --out"
            )


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """Write a picture [H, W, 3] uint8 RGB in the format of its ending, whole or not at all.

    Raises:
        PictureError: the format cannot hold it, as WebP no side above 16,383 pixels.
    """
    try:
        good, coded = cv2.imencode(path.suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    except cv2.error:
        good = False
    if not good:
        raise PictureError(f"{path} cannot be drawn: {path.suffix} does not hold such a picture")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part:
        part.write_bytes(coded.tobytes())
