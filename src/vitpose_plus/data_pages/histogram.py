"""Counts in bins, several splits side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Bar:
    """One split's share of its own records in one bin.

    Attributes:
        split: which.
        count: records.
        share: of the split's records, 0 to 1.
        height: share over the chart's highest, 0 to 1.
    """

    split: str
    count: int
    share: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """What a chart shows.

    Attributes:
        title: what is counted.
        bins: what each bin holds, in words.
        ticks: (place in bins, text) along the axis.
        bars: a bin's bars, a split each; splits of different size are comparable by share.
        lines: (place in bins, text) of boundaries to draw.
    """

    title: str
    bins: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]
    bars: tuple[tuple[Bar, ...], ...]
    lines: tuple[tuple[float, str], ...] = ()


def histogram(
    title: str,
    counts: Mapping[str, np.ndarray],
    bins: Sequence[str],
    ticks: Sequence[tuple[float, str]],
    lines: Sequence[tuple[float, str]] = (),
) -> Histogram:
    """A chart of counts.

    Args:
        title: what is counted.
        counts: split to [B] counts.
        bins: B texts.
        ticks: (place in bins, text).
        lines: (place in bins, text).
    """
    shares = {split: found / max(found.sum(), 1) for split, found in counts.items()}
    highest = max((share.max(initial=0.0) for share in shares.values()), default=0.0) or 1.0
    bars = tuple(
        tuple(
            Bar(split, int(counts[split][b]), float(share[b]), float(share[b] / highest))
            for split, share in shares.items()
        )
        for b in range(len(bins))
    )
    return Histogram(title, tuple(bins), tuple(ticks), bars, tuple(lines))


def log_bins(first: float, last: float, per_octave: int) -> np.ndarray:
    """[B + 1] edges, each 2 ** (1 / per_octave) times the one before."""
    steps = round(np.log2(last / first) * per_octave)
    return first * 2.0 ** (np.arange(steps + 1) / per_octave)


def count_into(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """[B] counts of the finite values; those beyond the edges count in the outer bins."""
    inside = np.clip(values[np.isfinite(values)], edges[0], np.nextafter(edges[-1], 0))
    return np.histogram(inside, edges)[0]


def place(value: float, edges: np.ndarray) -> float:
    """Where a value lies along logarithmic bins, in bins from the first edge."""
    return float(np.log(value / edges[0]) / np.log(edges[1] / edges[0]))
