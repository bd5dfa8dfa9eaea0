"""Pictures of what went wrong, and in words what it was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.gallery import compare_with_truth, short_id
from vitpose_plus.evaluation.taxonomy import ERRORS, Kind
from vitpose_plus.evaluation_pages.measured import MeasuredTask
from vitpose_plus.pages import embedded
from vitpose_plus.skeletons import Skeleton

SHOWN = 6
NAMED = 4
"""More keypoints of a kind than these are counted, not named."""
PLURALS = {
    Kind.JITTER: "jitter",
    Kind.INVERSION: "inversions",
    Kind.SWAP: "swaps",
    Kind.MISS: "misses",
}


@dataclass(frozen=True)
class Case:
    """One instance.

    Attributes:
        source: its picture with prediction and truth, as a data URI.
        figure: its own, in words.
        mistakes: what went wrong, in words.
        name: its id and its picture's file.
        short: the end of its id.
    """

    source: str
    figure: str
    mistakes: str
    name: str
    short: str


@dataclass(frozen=True)
class Gallery:
    """Some instances and what they have in common."""

    title: str
    cases: tuple[Case, ...]


def worst_cases(task: MeasuredTask) -> list[Gallery]:
    """The lowest figures, then the most inversions, swaps and misses; each scene once.

    Raises:
        PictureError: a picture that is to be shown is missing or broken.
    """
    rank = task.figures.of_instances
    labelled = np.isfinite(task.figures.value).sum(axis=1)
    # Of equally low instances the fuller one tells more.
    orders = {
        f"Lowest {task.figures.name}": np.lexsort((-labelled, rank))[: np.isfinite(rank).sum()]
    }
    for kind in (Kind.INVERSION, Kind.SWAP, Kind.MISS):
        count = (task.kinds == kind).sum(axis=1)
        orders[f"Most {PLURALS[kind]}"] = np.lexsort((rank, -count))[: (count > 0).sum()]
    scene = scenes(task.evaluation.predictions.rows)
    shown: set[str] = set()
    galleries = []
    for title, order in orders.items():
        chosen = first_of_each([i for i in order.tolist() if scene[i] not in shown], scene, SHOWN)
        shown.update(scene[i] for i in chosen)
        if chosen:
            galleries.append(Gallery(title, tuple(draw_case(task, i) for i in chosen)))
    return galleries


def scenes(rows: AnnotationTable) -> list[str]:
    """[N] each instance's video, else its own id: frames of one video look alike."""
    columns = (rows.column(name) for name in ("video_id", "instance_id"))
    return [name if video is None else video for video, name in zip(*columns, strict=True)]


def first_of_each(order: Sequence[int], scene: Sequence[str], count: int) -> list[int]:
    """The first `count` of different scenes, in this order."""
    first = {scene[i]: i for i in reversed(order)}
    return [i for i in order if first[scene[i]] == i][:count]


def draw_case(task: MeasuredTask, i: int) -> Case:
    """Instance i, prediction over truth.

    Raises:
        PictureError: its picture is missing or broken.
    """
    split, poses = task.evaluation.split, task.evaluation.predictions
    name, file = (str(poses.rows.column(column)[i]) for column in ("instance_id", "file_name"))
    return Case(
        embedded(compare_with_truth(poses, split.skeleton, split.images, i)),
        f"{task.figures.name} {task.figures.of_instances[i]:.2f}",
        describe_mistakes(task.kinds[i], split.skeleton),
        f"{name}, {file}",
        short_id(name),
    )


def describe_mistakes(kinds: np.ndarray, skeleton: Skeleton) -> str:
    """One instance's kinds [K] in words: "swap: left knee; 7 misses", the gravest first."""
    parts = []
    for kind in reversed(ERRORS):
        wrong = np.flatnonzero(kinds == kind)
        if not len(wrong):
            continue
        names = ", ".join(skeleton.keypoints[k].replace("_", " ") for k in wrong)
        word = kind.name.lower()
        many = f"{PLURALS[kind]}: {len(wrong)} keypoints"
        parts.append(f"{word}: {names}" if len(wrong) <= NAMED else many)
    return "; ".join(parts) or "no mistake"
