"""Poses in COCO's keypoint results JSON: what its servers take, and what is kept of a scoring.

Formats: cocodataset.org, "Results Format"; COCO-WholeBody's has the parts in fields of their own
(jin-s13/COCO-WholeBody, data format).
"""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.record_file import read_records
from vitpose_plus.evaluation.results import Results
from vitpose_plus.replacement import replacing_file
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.skeletons.coco_wholebody import KEYPOINTS, PARTS

PIXEL_DECIMALS = 3  # COCO itself asks for tenths of a pixel.
CONFIDENCE_DECIMALS = 6
LAYOUT = "a list of {image_id, category_id, keypoints [x, y, score, ..], score}"
WHOLEBODY_FIELDS = ("keypoints", "foot_kpts", "face_kpts", "lefthand_kpts", "righthand_kpts")
"""Where COCO-WholeBody's results have the skeleton's parts."""


@dataclass(frozen=True, slots=True)
class _Record:
    image_id: int | str
    keypoints: list[float]
    score: float


@dataclass(frozen=True, slots=True)
class _WholeBodyRecord(_Record):
    foot_kpts: list[float]
    face_kpts: list[float]
    lefthand_kpts: list[float]
    righthand_kpts: list[float]


def official_id(image_id: str) -> int | str:
    """The id as the data set has it: a number where the table's text is one (not AIC's)."""
    return int(image_id) if image_id.isdecimal() and str(int(image_id)) == image_id else image_id


def write_results(path: Path, results: Results, skeleton: Skeleton, category_id: int = 1) -> None:
    """Write a results file, such as COCO's server for test-dev takes, whole or not at all.

    Args:
        path: where to.
        results: M poses, in their order.
        skeleton: their keypoints; COCO-WholeBody's parts get fields of their own.
        category_id: of all of them; COCO's person is 1.
    """
    with results_file(path, skeleton, category_id) as add:
        add(results)


@contextmanager
def results_file(
    path: Path, skeleton: Skeleton, category_id: int = 1
) -> Iterator[Callable[[Results], None]]:
    """Yield what adds poses to a results file; it gets its name when the block succeeds.

    What is added is written record by record, and not held: InterHand2.6M's test split alone has
    850,000. Args: as of `write_results`.
    """
    import msgspec

    path.parent.mkdir(parents=True, exist_ok=True)
    separator = b"["
    with replacing_file(path) as unfinished, unfinished.open("wb") as file:

        def add(results: Results) -> None:
            nonlocal separator
            for record in _records(results, skeleton, category_id):
                file.write(separator + msgspec.json.encode(record))
                separator = b",\n"

        yield add
        file.write(b"[]\n" if separator == b"[" else b"]\n")


def _records(results: Results, skeleton: Skeleton, category_id: int) -> Iterator[dict[str, Any]]:
    parts = _parts(results, skeleton)
    for i, image_id in enumerate(results.image_id):
        yield {
            "image_id": official_id(image_id),
            "category_id": category_id,
            **{field: part[i].tolist() for field, part in parts.items()},
            "score": float(results.score[i]),
        }


def read_results(
    path: Path,
    skeleton: Skeleton,
    pictures: Container[str] | None = None,
    *,
    may_repeat: bool = False,
) -> Results:
    """Read a results file; categories count as one.

    Args:
        path: the file.
        skeleton: says how many keypoints a pose has, and in which fields.
        pictures: the split's picture ids; None: any are taken.
        may_repeat: whether two records may be alike, as of a person annotated twice.

    Raises:
        PredictionError: the file or one of its records is broken, a record stands there twice, or
            a picture is not among the split's. Names the file and the record, counted from 0.
    """
    fields = _fields(skeleton)
    records = read_records(path, _WholeBodyRecord if len(fields) > 1 else _Record, LAYOUT)
    rows = [_row(record, fields, f"{path}, record {i}") for i, record in enumerate(records)]
    values = np.array(rows, np.float64).reshape(len(rows), 3 * len(skeleton) + 1)
    image_id = np.array([str(record.image_id) for record in records], object)
    _check(path, image_id, values, pictures)
    if not may_repeat:
        _check_repeated(path, image_id, values)
    triples = values[:, :-1].reshape(len(rows), len(skeleton), 3)
    return Results(image_id, triples[..., :2], triples[..., 2], values[:, -1])


def _fields(skeleton: Skeleton) -> dict[str, int]:
    """The fields of a record that hold keypoints, and how many."""
    if skeleton.keypoints != KEYPOINTS:
        return {"keypoints": len(skeleton)}
    return dict(zip(WHOLEBODY_FIELDS, map(len, PARTS.values()), strict=True))


def _parts(results: Results, skeleton: Skeleton) -> dict[str, np.ndarray]:
    """Each field's numbers [M, 3 x its keypoints]: x, y, score of one after another."""
    fields = _fields(skeleton)
    places = results.keypoints.astype(np.float64).round(PIXEL_DECIMALS)
    sure = results.scores.astype(np.float64).round(CONFIDENCE_DECIMALS)
    triples = np.concatenate([places, sure[..., None]], axis=2)
    values = triples.reshape(len(results), 3 * len(skeleton))
    ends = np.cumsum([3 * count for count in fields.values()])
    return dict(zip(fields, np.split(values, ends[:-1], axis=1), strict=True))


def _row(record: _Record, fields: dict[str, int], where: str) -> list[float]:
    """Its triples in the skeleton's order, and its score."""
    row: list[float] = []
    for field, count in fields.items():
        part = getattr(record, field)
        if len(part) != 3 * count:
            raise PredictionError(
                f"{where}: {field} holds {len(part)} numbers, {count} keypoints have {3 * count} "
                "(x, y, score). Are the results of another data set's keypoints?"
            )
        row += part
    return [*row, record.score]


def _check(
    path: Path, image_id: np.ndarray, values: np.ndarray, pictures: Container[str] | None
) -> None:
    if len(broken := np.flatnonzero(~np.isfinite(values).all(axis=1))):
        raise PredictionError(
            f"{path}, record {broken[0]}: a keypoint or score is NaN or infinite, so in "
            f"{len(broken)} of {len(values)} records. Mend what predicted them"
        )
    if pictures is not None:
        strange = [i for i, name in enumerate(image_id) if name not in pictures]
        if strange:
            raise PredictionError(
                f"{path}, record {strange[0]}: picture {image_id[strange[0]]} is not among the "
                f"split's, as in {len(strange)} records. Are the results of another split?"
            )


def _check_repeated(path: Path, image_id: np.ndarray, values: np.ndarray) -> None:
    first: dict[tuple[str, bytes], int] = {}
    for index, (name, row) in enumerate(zip(image_id, values, strict=True)):
        if (earlier := first.setdefault((name, row.tobytes()), index)) != index:
            raise PredictionError(
                f"{path}, record {index}: repeats record {earlier}. Was a file joined with itself? "
                "Keep one of the two"
            )
