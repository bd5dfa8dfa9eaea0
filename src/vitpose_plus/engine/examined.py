"""What came of looking at held-out samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Examined:
    """What came of looking at held-out samples after an epoch.

    Attributes:
        figures: by name, for the history.
        score: the higher, the better: what "best" means.
        pictures: files that were drawn, below the run's folder.
    """

    figures: dict[str, float]
    score: float
    pictures: Sequence[Path] = ()
