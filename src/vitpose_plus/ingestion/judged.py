"""A split that was read and judged, on its way to its table."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.reading import Reading
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.validation import Verdict


@dataclass(frozen=True)
class JudgedSplit:
    """A split on its way to its table."""

    name: str
    source: SplitSource
    reading: Reading
    table: AnnotationTable
    pictures: dict[str, PictureFact]
    verdict: Verdict

    @property
    def good(self) -> np.ndarray:
        """[N] flags: rows that break no expectation."""
        good = np.ones(len(self.table), dtype=bool)
        good[self.verdict.findings.rows] = False
        return good
