"""Facts that need several columns or the pictures, as plain columns.

Great Expectations judges single columns well; what a keypoint has to do with its picture's size
is worked out here and judged there. A fact that cannot be told of a row (the share of the
keypoints outside the box where none is labelled) gets a value that breaks nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.validation.boxes import collect_box_facts
from vitpose_plus.validation.points import collect_point_facts
from vitpose_plus.validation.subject import Subject

NOT_DECODED = PictureFact(problem="missing", message="the picture was never looked for")
PROBLEMS = ("none", "missing", "unreadable")


@dataclass(frozen=True)
class Facts:
    """One split's facts.

    Attributes:
        records: a row an instance, in the table's order.
        keypoints: a row a keypoint, in the skeleton's order.
        counts: one row: what was read.
    """

    records: pd.DataFrame
    keypoints: pd.DataFrame
    counts: pd.DataFrame


@dataclass(frozen=True)
class _Pictures:
    """Each row's picture: code of its name, size [N, 2] (0 where unknown), code of its problem."""

    names: np.ndarray
    sizes: np.ndarray
    problems: np.ndarray


def collect_facts(
    table: AnnotationTable, pictures: Mapping[str, PictureFact], subject: Subject
) -> Facts:
    """Everything that the expectations look at.

    Args:
        table: the rows.
        pictures: what decoding found, by file name.
        subject: which split of which data set.
    """
    points, keypoints = collect_point_facts(table, subject.skeleton)
    trainable = points["trainable"].to_numpy()
    # Of a row with a wrong number of keypoints nobody knows whether it trains.
    ignored = ~trainable & (points["keypoint_count"] == len(subject.skeleton)).to_numpy()
    found = _look_up(table, pictures)
    columns = (
        _identity(table)
        | _picture_facts(table, found)
        | collect_box_facts(table, found.sizes, trainable, ignored)
        | {"person_twice": _repeated(found.names, points)}
        | _special_facts(table, trainable)
    )
    records = pd.concat([points.drop(columns="digest"), pd.DataFrame(columns)], axis=1)
    return Facts(records, keypoints, pd.DataFrame([asdict(subject.counts)]))


def _identity(table: AnnotationTable) -> dict[str, object]:
    instance_ids = _codes(table, "instance_id")[0]
    given = instance_ids >= 0
    return {
        "split": _categorical(*_codes(table, "split")),
        "image_id_missing": _nulls(table, "image_id"),
        "instance_id_missing": ~given,
        "duplicate_instance": pd.Series(instance_ids).duplicated().to_numpy() & given,
        "category": _categorical(*_codes(table, "category")),
    }


def _picture_facts(table: AnnotationTable, found: _Pictures) -> dict[str, object]:
    claimed = np.stack([table.column("width"), table.column("height")], axis=1)
    differs = (found.sizes != claimed).any(axis=1) & (found.problems == 0)
    return {
        "picture_problem": _categorical(found.problems, PROBLEMS),
        "picture_size_differs": differs,
    }


def _special_facts(table: AnnotationTable, trainable: np.ndarray) -> dict[str, object]:
    head_size = np.nan_to_num(table.column("head_size").astype(np.float64))
    return {
        "head_size": np.where(trainable, head_size, np.nan),
        "hand_type": _categorical(*_codes(table, "hand_type")),
        "video_missing": _nulls(table, "video_id"),
    }


def _repeated(names: np.ndarray, points: pd.DataFrame) -> np.ndarray:
    """[N] flags: an earlier row of the picture has the very same labelled keypoints."""
    pairs = pd.DataFrame({"picture": names, "pose": points["digest"]})
    # One or two points can coincide in honest work: the ends of a leg two people share.
    return (pairs.duplicated() & (points["labelled"] >= 3) & points["trainable"]).to_numpy()


def _look_up(table: AnnotationTable, pictures: Mapping[str, PictureFact]) -> _Pictures:
    """Each picture is looked up once, however many rows stand on it."""
    codes, names = _codes(table, "file_name")
    found = [pictures.get(name, NOT_DECODED) for name in names] + [NOT_DECODED]
    sizes = np.array([(p.width or 0, p.height or 0) for p in found], np.int32)
    problems = np.array([PROBLEMS.index(p.problem or "none") for p in found], np.int8)
    return _Pictures(codes, sizes[codes], problems[codes])


def _nulls(table: AnnotationTable, name: str) -> np.ndarray:
    return table.rows.column(name).is_null().to_numpy()


def _categorical(codes: NDArray[np.integer], texts: Sequence[str]) -> object:
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(texts)))


def _codes(table: AnnotationTable, name: str) -> tuple[np.ndarray, list[str]]:
    """A text column as codes [N], -1 for null, and the texts that they number."""
    encoded = table.rows.column(name).dictionary_encode().unify_dictionaries()
    if not encoded.num_chunks:
        return np.zeros(0, np.int32), []
    codes = pa.chunked_array([chunk.indices for chunk in encoded.chunks])
    return codes.fill_null(-1).to_numpy(), encoded.chunk(0).dictionary.to_pylist()
