"""Truth and found poses side by side, as the arrays that evaluators work on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.checks import check_keypoint_count, check_pictures, check_rows
from vitpose_plus.evaluation.poses import FoundPoses, TruePoses, extent, in_planes
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True, eq=False)
class Comparison:
    """What is to be compared: poses of the same pictures, with the same K keypoints.

    Attributes:
        truth: the annotated instances.
        found: the found ones.
        sigmas: [K] OKS fall-offs.
    """

    truth: TruePoses
    found: FoundPoses
    sigmas: np.ndarray

    def of_pictures(self, chosen: np.ndarray) -> "Comparison":
        """The comparison in the pictures of these numbers alone."""
        return self.take(np.isin(self.truth.picture, chosen), np.isin(self.found.picture, chosen))

    def take(self, truth: np.ndarray, found: np.ndarray) -> "Comparison":
        """The comparison of some instances, by indices or flags."""
        return replace(self, truth=self.truth.take(truth), found=self.found.take(found))


def compare(
    found: Predictions | Results,
    skeleton: Skeleton,
    truth: AnnotationTable | None = None,
    *,
    pictures: Iterable[str] = (),
) -> Comparison:
    """Lay found poses beside the truth, as COCO's evaluation has it, all categories as one.

    Crowds and instances without a labelled keypoint are ignored. A found pose's area is that of
    the rectangle around its keypoints.

    Args:
        found: poses with their scores.
        skeleton: gives the sigmas.
        truth: the whole split; without it, the predictions' own rows.
        pictures: ids of the split's pictures on which nobody stands; poses there are mistakes.

    Raises:
        PredictionError: a pose's picture is neither in `truth` nor among `pictures`, a row stands
            twice, or the number of keypoints is another.
        ValueError: results without a truth.
    """
    if truth is None:
        truth = rows_of(found)
    if isinstance(found, Predictions):
        check_rows(found.rows)
    results = as_results(found)
    check_keypoint_count(results, truth, skeleton)
    names = picture_names(truth, pictures)
    return Comparison(
        true_poses(truth, names, len(skeleton)),
        found_poses(results, names),
        np.array(skeleton.sigmas),
    )


def rows_of(found: Predictions | Results) -> AnnotationTable:
    """The truth that predictions carry.

    Raises:
        ValueError: results carry none.
    """
    if isinstance(found, Results):
        raise ValueError("results belong to no rows: give the table of their split as truth")
    return found.rows


def as_results(found: Predictions | Results) -> Results:
    """Poses that belong to no row."""
    return found.results() if isinstance(found, Predictions) else found


def picture_names(truth: AnnotationTable, further: Iterable[str] = ()) -> pa.Array:
    """Ids by picture number: in the order of the rows, then further ones."""
    mentioned = [*truth.rows.column("image_id").chunks, pa.array(list(further), pa.string())]
    return pc.unique(pa.chunked_array(mentioned, pa.string()))


def picture_numbers(ids: np.ndarray, names: pa.Array) -> np.ndarray:
    """[N] numbers of pictures; -1 for one that is not among the names."""
    places = pc.index_in(pa.array(ids, pa.string()), value_set=names)
    return pc.fill_null(places, -1).to_numpy(zero_copy_only=False)


def true_poses(truth: AnnotationTable, names: pa.Array, count: int) -> TruePoses:
    """The table's rows with `count` keypoints, as COCO counts them."""
    # No rows leave no trace of their keypoints' number.
    labelled = (truth.visibility > 0).reshape(len(truth), count)
    crowd = truth.column("is_crowd").astype(bool)
    return TruePoses(
        picture=picture_numbers(truth.column("image_id"), names),
        keypoints=truth.keypoints.reshape(len(truth), count, 2),
        labelled=labelled,
        bbox=truth.bbox,
        area=truth.column("area").astype(np.float64),
        crowd=crowd,
        ignored=crowd | ~labelled.any(axis=1),
    )


def found_poses(results: Results, names: pa.Array) -> FoundPoses:
    """Results with their pictures' numbers and the area around their keypoints.

    Raises:
        PredictionError: a picture is not among the names.
    """
    picture = picture_numbers(results.image_id, names)
    check_pictures(results, picture)
    keypoints = in_planes(results.keypoints)
    return FoundPoses(picture, keypoints, results.score.astype(np.float64), extent(keypoints))
