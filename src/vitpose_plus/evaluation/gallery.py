"""Pictures of predictions: the best beside the worst, and an overview of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vitpose_plus.evaluation.predictions import CONFIDENT, Predictions
from vitpose_plus.evaluation.tiles import (
    Strip,
    cut,
    window_around,
    write_sheet,
)
from vitpose_plus.geometry import read_picture
from vitpose_plus.inference.drawing import SUBPIXEL, draw_poses, fine_keypoints, fixed_point
from vitpose_plus.skeletons import Skeleton

FOOTNOTE = "colours: prediction (left cool, right warm)   white rings: annotation, tied to it"
ID_LENGTH = 14  # Characters of an instance's id that fit beside the figure.
RING = 3.5  # Pixels: the radius of an annotation's mark.
FIXED = 2**SUBPIXEL
WHITE, DARK = (255, 255, 255), (24, 24, 28)


@dataclass(frozen=True, eq=False)
class OverviewRow:
    """One task of an overview.

    Attributes:
        title: stands above the row.
        predictions: poses to choose from.
        skeleton: their keypoints.
        images_root: the folder that the rows' file names start from.
        rank: [N] a figure an instance, more is better.
    """

    title: str
    predictions: Predictions
    skeleton: Skeleton
    images_root: Path
    rank: np.ndarray


def draw_gallery(
    predictions: Predictions,
    skeleton: Skeleton,
    images_root: Path,
    path: Path,
    *,
    rank: np.ndarray,
    figure: str = "OKS",
    count: int = 8,
) -> None:
    """Write the best and the worst instances by their figure, prediction over annotation.

    Every labelled keypoint is drawn, sure or not: that is what the metrics measure.

    Args:
        predictions: N poses.
        skeleton: their keypoints.
        images_root: the folder that the rows' file names start from.
        path: a .png or .jpg.
        rank: [N], more is better; nan: cannot be measured, not shown.
        figure: what the rank is called in the captions.
        count: how many of the best, and of the worst.

    Raises:
        ValueError: no instance has a finite rank.
        AnnotationError: a picture does not exist.
    """
    best, worst = best_and_worst(rank, (predictions.rows.visibility > 0).sum(axis=1), count)
    dataset = predictions.rows.column("dataset")[0]
    names = predictions.rows.column("instance_id").astype(str)
    strips = [
        Strip(
            title=f"{dataset}: {name} {len(chosen)} of {len(predictions):,} by {figure}",
            tiles=[compare_with_truth(predictions, skeleton, images_root, i) for i in chosen],
            captions=[(f"{figure} {rank[i]:.2f}", short_id(names[i])) for i in chosen],
        )
        for name, chosen in (("best", best), ("worst", worst))
        if len(chosen)
    ]
    write_sheet(path, strips, FOOTNOTE)


def draw_overview(
    rows: Sequence[OverviewRow], path: Path, *, columns: int = 6, threshold: float = CONFIDENT
) -> None:
    """Write a row of pictures a task, predictions only.

    The pictures are spread evenly over the better half of the ranking: what the model does
    when it works, neither its worst nor only its best.

    Args:
        rows: the tasks.
        path: a .png or .jpg.
        columns: pictures a task, fewer where the better half has fewer.
        threshold: keypoints with a lower score are not drawn.

    Raises:
        ValueError: a task has no instance with a finite rank.
        AnnotationError: a picture does not exist.
    """
    strips = [
        Strip(row.title, [_show(row, i, threshold) for i in _spread(row, columns)]) for row in rows
    ]
    write_sheet(path, strips)


def best_and_worst(
    rank: np.ndarray, labelled: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the `count` highest and lowest ranks, none in both.

    Args:
        rank: [N], nan is left out.
        labelled: [N] labelled keypoints: of equal ranks the fuller instance comes first.
        count: how many of each, fewer where there are not enough.

    Raises:
        ValueError: no rank is finite.
    """
    finite = np.flatnonzero(np.isfinite(rank))
    if not len(finite):
        raise ValueError("no instance can be ranked: every figure is nan")
    best = finite[np.lexsort((-labelled[finite], -rank[finite]))][: (len(finite) + 1) // 2]
    rest = np.setdiff1d(finite, best)
    worst = rest[np.lexsort((-labelled[rest], rank[rest]))]
    return best[:count], worst[:count]


def compare_with_truth(
    predictions: Predictions, skeleton: Skeleton, root: Path, i: int
) -> np.ndarray:
    """One instance's tile [H, W, 3] with its prediction and its annotation."""
    rows = predictions.rows
    picture = read_picture(root / rows.column("file_name")[i])
    window = window_around(rows.bbox[i], picture)
    labelled = rows.visibility[i] > 0
    found, true = window.to_tile(predictions.keypoints[i]), window.to_tile(rows.keypoints[i])
    sure = labelled[None].astype(np.float32)
    tile = draw_poses(cut(picture, window), found[None], sure, skeleton)
    fine = fine_keypoints(skeleton)
    for k in np.flatnonzero(labelled):
        if fine[k]:
            cv2.circle(
                tile, fixed_point(true[k]), FIXED // 2, WHITE, cv2.FILLED, cv2.LINE_AA, SUBPIXEL
            )
        else:
            _mark_truth(tile, found[k], true[k])
    return tile


def _mark_truth(tile: np.ndarray, found: np.ndarray, true: np.ndarray) -> None:
    """A ring where the annotation is, and a thin line from its edge to the prediction."""
    distance = float(np.linalg.norm(found - true))
    if distance > RING:
        edge = true + (found - true) * RING / distance
        cv2.line(tile, fixed_point(edge), fixed_point(found), WHITE, 1, cv2.LINE_AA, SUBPIXEL)
    for colour, radius in ((DARK, RING + 1), (WHITE, RING)):
        cv2.circle(tile, fixed_point(true), round(radius * FIXED), colour, 1, cv2.LINE_AA, SUBPIXEL)


def _show(row: OverviewRow, i: int, threshold: float) -> np.ndarray:
    """The tile [H, W, 3] around one instance, with every pose predicted in its picture."""
    table = row.predictions.rows
    picture = read_picture(row.images_root / table.column("file_name")[i])
    window = window_around(table.bbox[i], picture)
    together = table.column("image_id") == table.column("image_id")[i]
    keypoints = window.to_tile(row.predictions.keypoints[together])
    scores = row.predictions.scores[together]
    return draw_poses(cut(picture, window), keypoints, scores, row.skeleton, threshold=threshold)


def _spread(row: OverviewRow, count: int) -> np.ndarray:
    """Indices of up to `count` instances, on different pictures, over the better half."""
    table = row.predictions.rows
    labelled = (table.visibility > 0).sum(axis=1)
    better, _ = best_and_worst(row.rank, labelled, len(table))
    _, first = np.unique(table.column("image_id")[better], return_index=True)
    pictures = better[np.sort(first)]
    places = np.linspace(0, len(pictures) - 1, min(count, len(pictures))).round().astype(int)
    return pictures[places]


def short_id(name: str) -> str:
    """An instance's id, of a long one its end."""
    return name if len(name) <= ID_LENGTH else "…" + name[1 - ID_LENGTH :]
