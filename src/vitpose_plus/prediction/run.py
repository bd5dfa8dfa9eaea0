"""One prediction while it runs: what it works with, and what has come of it so far."""

import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path

from vitpose_plus.errors import PictureError
from vitpose_plus.evaluation.results import Results
from vitpose_plus.prediction.destination import Destination
from vitpose_plus.prediction.listing import Listing
from vitpose_plus.prediction.pose_finder import PoseFinder

log = logging.getLogger(__name__)


@dataclass
class Run:
    """A prediction.

    Attributes:
        finder: finds the poses.
        destination: where they go.
        as_stored: pictures' EXIF orientation is left out of account.
        progress: show bars, in a terminal.
        listing: the pictures and videos that were predicted.
        poses: how many were found in them.
        empty: pictures, or frames, without any.
        turned: pictures that were turned by their EXIF orientation.
        failed: what could not be read or drawn.
    """

    finder: PoseFinder
    destination: Destination
    as_stored: bool = False
    progress: bool = True
    listing: Listing = field(default_factory=Listing)
    poses: int = 0
    empty: int = 0
    turned: int = 0
    failed: list[Path] = field(default_factory=list)

    @property
    def no_bar(self) -> bool | None:
        """What tqdm's `disable` is to be; None: unless there is a terminal."""
        return None if self.progress else True

    def count(self, found: Results) -> None:
        """Take note of a picture's poses."""
        self.poses += len(found)
        self.empty += not len(found)

    def fail(self, path: Path, error: PictureError) -> None:
        """Say what is wrong with a source, at once, and go on."""
        from tqdm import tqdm

        self.failed.append(path)
        with tqdm.external_write_mode(file=sys.stderr):
            log.warning("%s", error)
