"""COCO's figures for parts of a split: species, families."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.animal_families import family_of
from vitpose_plus.evaluation.average_precision import average_precision
from vitpose_plus.evaluation.comparison import Comparison, compare, rows_of
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True)
class Part:
    """One part of a split.

    Attributes:
        name: what its rows have in common.
        instances: how many of them are to be found.
        figures: COCO's ten, by name.
    """

    name: str
    instances: int
    figures: dict[str, float]


def evaluate_parts(
    found: Predictions | Results,
    skeleton: Skeleton,
    labels: np.ndarray,
    truth: AnnotationTable | None = None,
    *,
    pictures: Iterable[str] = (),
) -> list[Part]:
    """Evaluate every part for itself.

    A prediction belongs to its row's part: this is COCOeval with the part as the category. Results
    belong to no row: they are judged in the pictures that hold the part's instances, where the
    other instances are ignored.

    Args:
        found: poses with their scores.
        skeleton: gives the sigmas.
        labels: [N] of each row of the truth the part's name; None: it belongs to none.
        truth: the whole split; without it, the predictions' own rows.
        pictures: ids of the split's pictures on which nobody stands; they belong to no part.

    Returns:
        The parts by name.

    Raises:
        PredictionError: see `compare`.
    """
    rows = rows_of(found) if truth is None else truth
    comparison = compare(found, skeleton, rows, pictures=pictures)
    own = _rows_among(found.rows, rows) if isinstance(found, Predictions) else None
    parts = []
    for name in sorted({label for label in labels.tolist() if label is not None}):
        members = labels == name
        if own is None:
            part = _in_pictures_of(comparison, members)
        else:
            part = comparison.take(members, members[own])
        figures = average_precision(part).figures()
        parts.append(Part(name, int((members & ~comparison.truth.ignored).sum()), figures))
    return parts


def mean_of_parts(parts: Iterable[Part]) -> dict[str, float]:
    """Each figure's mean over the parts that have it: COCOeval's over categories."""
    measured: dict[str, list[float]] = {}
    for part in parts:
        for name, value in part.figures.items():
            measured.setdefault(name, []).extend([] if np.isnan(value) else [value])
    return {name: float(np.mean(v)) if v else float("nan") for name, v in measured.items()}


def by_species(truth: AnnotationTable) -> np.ndarray:
    """[N] labels for `evaluate_parts`: the category."""
    return truth.column("category")


def by_family(truth: AnnotationTable) -> np.ndarray:
    """[N] labels for `evaluate_parts`: the family of an AP-10K species.

    Raises:
        AnnotationError: a category is none of them.
    """
    species, place = np.unique(truth.column("category").astype(str), return_inverse=True)
    return np.array([family_of(name) for name in species], object)[place]


def _rows_among(rows: AnnotationTable, truth: AnnotationTable) -> np.ndarray:
    """[M] which row of the truth each predicted one is."""
    place = {name: i for i, name in enumerate(truth.column("instance_id"))}
    return np.array([place[name] for name in rows.column("instance_id")], dtype=np.int64)


def _in_pictures_of(comparison: Comparison, members: np.ndarray) -> Comparison:
    truth = comparison.truth
    ignored = truth.ignored | ~members
    return replace(comparison, truth=replace(truth, ignored=ignored)).of_pictures(
        truth.picture[members]
    )
