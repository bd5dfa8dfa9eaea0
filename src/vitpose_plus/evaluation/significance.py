"""How sure a figure is, and a gain: the bootstrap over pictures (Efron 1979).

Pictures are drawn anew with repetition, as often as there are, and the figure is taken each time.
People of one picture are drawn together, and pictures of one video, for they are not independent.
Two models are compared on the same draws (paired), so what makes a picture hard for both cancels
out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

RESAMPLES = 1000
LEVEL = 0.95
LESS_IS_BETTER = frozenset({"EPE"})


class PictureFigures(Protocol):
    """Figures of one model that can be taken over any draw of pictures, or of whole videos."""

    @property
    def names(self) -> tuple[str, ...]:
        """F names."""
        ...

    @property
    def units(self) -> int:
        """U, how many pictures there are to draw, or videos."""
        ...

    def of_draw(self, times: np.ndarray) -> np.ndarray:
        """[F] figures where each unit counts as many times as `times` [U] says."""
        ...


@dataclass(frozen=True)
class Interval:
    """A figure and the percentile interval around it; nan where it cannot be measured."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Gain:
    """What the second model has over the first.

    Attributes:
        value: the second's figure less the first's.
        low, high: the percentile interval around it.
        p: share of draws in which the second is not better.
    """

    value: float
    low: float
    high: float
    p: float

    @property
    def sure(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def bootstrap(
    figures: PictureFigures, *, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Interval]:
    """A percentile interval for every figure.

    Args:
        figures: of one model.
        resamples: draws.
        seed: of the draws.
    """
    value = figures.of_draw(np.ones(figures.units))
    drawn = np.array([figures.of_draw(t) for t in draws(figures.units, resamples, seed)])
    low, high = percentiles(drawn)
    columns = zip(figures.names, value, low, high, strict=True)
    return {name: Interval(*map(float, of_figure)) for name, *of_figure in columns}


def paired_bootstrap(
    first: PictureFigures,
    second: PictureFigures,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Gain]:
    """What the second model has over the first, with an interval, for every figure.

    Args:
        first: figures of one model.
        second: the same figures of another, over the same pictures in the same order.
        resamples: draws.
        seed: of the draws.

    Raises:
        ValueError: the figures or the number of units differ.
    """
    if first.names != second.names or first.units != second.units:
        raise ValueError(
            f"figures {first.names} of {first.units} units cannot be paired with "
            f"{second.names} of {second.units}"
        )
    once = np.ones(first.units)
    value = second.of_draw(once) - first.of_draw(once)
    drawn = np.array(
        [second.of_draw(t) - first.of_draw(t) for t in draws(first.units, resamples, seed)]
    )
    low, high = percentiles(drawn)
    measured = np.isfinite(drawn)
    better = drawn * np.where(np.isin(first.names, list(LESS_IS_BETTER)), -1, 1) > 0
    not_better = (measured & ~better).sum(axis=0) / np.maximum(measured.sum(axis=0), 1)
    p = np.where(measured.any(axis=0), not_better, np.nan)
    columns = zip(first.names, value, low, high, p, strict=True)
    return {name: Gain(*map(float, of_figure)) for name, *of_figure in columns}


def draws(units: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how many times [U] each unit is drawn: U draws with repetition, again and again."""
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(rng.integers(units, size=units), minlength=units)


def percentiles(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interval of drawn figures: [R, F] -> low [F] and high [F].

    Draws without anything to measure are left aside; a figure that no draw gives has nan.
    """
    tail = 100 * (1 - LEVEL) / 2
    measured = np.isfinite(drawn).any(axis=0)
    bounds = np.full((2, drawn.shape[1]), np.nan)
    bounds[:, measured] = np.nanpercentile(drawn[:, measured], [tail, 100 - tail], axis=0)
    return bounds[0], bounds[1]
