"""What kind of mistake each keypoint is: Ronchi and Perona 2017.

"Benchmarking and Error Diagnosis in Multi-Instance Pose Estimation", ICCV 2017, section 3.1. A
keypoint that is near its own place is none of the graver mistakes, even if another place is nearer
(their COCOanalyze lets the nearest decide, which calls half an animal seen from the side inverted).
Their background errors, people missed or invented, and matches of detections to people have no
place here: every pose was made with its own row's box.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from vitpose_plus.evaluation.keypoint_figures import keypoint_similarity
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import Skeleton

NEAR = 0.5
"""A keypoint this similar to a place stands on it."""
GOOD = 0.85
"""From here on annotators differ as much among themselves."""


class Kind(IntEnum):
    """A keypoint's kind."""

    UNLABELLED = -1
    GOOD = 0
    JITTER = 1
    INVERSION = 2
    SWAP = 3
    MISS = 4

    @property
    def meaning(self) -> str:
        """The kind in words."""
        return MEANINGS[self]


KINDS = tuple(kind for kind in Kind if kind is not Kind.UNLABELLED)
ERRORS = tuple(kind for kind in KINDS if kind is not Kind.GOOD)
MEANINGS = {
    Kind.UNLABELLED: "not labelled",
    Kind.GOOD: f"on the spot: similarity {GOOD} or more",
    Kind.JITTER: f"near its place: similarity {NEAR} to {GOOD}",
    Kind.INVERSION: "on the same one's other side: left and right confused",
    Kind.SWAP: "on somebody else's keypoint of the same kind",
    Kind.MISS: "near none of these places",
}


@dataclass(frozen=True)
class OracleGain:
    """What one kind of mistake costs.

    Attributes:
        mended: "jitter", "inversion", "swap", "miss" or "scores".
        figure: the figure if it alone were mended.
        gain: that less the figure as it is.
    """

    mended: str
    figure: float
    gain: float


def diagnose(predictions: Predictions, skeleton: Skeleton) -> np.ndarray:
    """The kind of every keypoint.

    Args:
        predictions: poses of all people in their pictures that have labelled keypoints: who is
            absent cannot be found out as the other one of a swap.
        skeleton: gives the sigmas and who mirrors whom.

    Returns:
        [N, K] values of `Kind`, int8.
    """
    kinds = np.full(predictions.scores.shape, Kind.UNLABELLED, np.int8)
    _, picture = np.unique(predictions.rows.column("image_id").astype(str), return_inverse=True)
    order = np.argsort(picture, kind="stable")
    for together in np.split(order, np.flatnonzero(np.diff(picture[order])) + 1):
        kinds[together] = _diagnose_picture(predictions, together, skeleton)
    return kinds


def count_kinds(kinds: np.ndarray) -> np.ndarray:
    """[N, K] kinds -> [K, 5] counts of the instances of each, in the order of `KINDS`."""
    return np.stack([(kinds == kind).sum(axis=0) for kind in KINDS], axis=1)


def mend(predictions: Predictions, kinds: np.ndarray, kind: Kind) -> Predictions:
    """The same poses with the keypoints [N, K] of one kind laid onto the truth.

    The authors' code moves a keypoint only as near as its kind would still allow.
    """
    wrong = (kinds == kind)[..., None]
    keypoints = np.where(wrong, predictions.rows.keypoints, predictions.keypoints)
    return replace(predictions, keypoints=keypoints)


def mend_scores(predictions: Predictions, figure: np.ndarray) -> Predictions:
    """The same poses, each one's score replaced by its own figure [N]; nan by 0.

    Average precision orders poses by their scores, so this is the best order there is.
    """
    return replace(
        predictions,
        scores=np.ones_like(predictions.scores),
        box_scores=np.nan_to_num(figure),
    )


def oracle_gains(
    predictions: Predictions,
    kinds: np.ndarray,
    figure: Callable[[Predictions], float],
    order_by: np.ndarray | None = None,
) -> tuple[OracleGain, ...]:
    """What the figure would be without each kind of mistake, each one mended alone.

    Args:
        predictions: N poses.
        kinds: [N, K] of them.
        figure: recomputes the data set's figure.
        order_by: [N] figures to replace the scores by; None: scores have no say in the figure.
    """
    now = figure(predictions)
    mended = {kind.name.lower(): mend(predictions, kinds, kind) for kind in ERRORS}
    if order_by is not None:
        mended["scores"] = mend_scores(predictions, order_by)
    figures = {name: figure(poses) for name, poses in mended.items()}
    return tuple(OracleGain(name, value, value - now) for name, value in figures.items())


def _diagnose_picture(
    predictions: Predictions, together: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """[n, K] kinds of the n poses of one picture."""
    rows = predictions.rows
    found, true = predictions.keypoints[together], rows.keypoints[together]
    labelled, area = rows.visibility[together] > 0, rows.column("area")[together]
    sigmas, mirrored = np.array(skeleton.sigmas), skeleton.flip_index()
    # [n, n, K]: how similar each pose's keypoint is to each person's, and to its mirror twin.
    to_same = _similar(found, true, labelled, area, sigmas)
    to_twin = _similar(found, true[:, mirrored], labelled[:, mirrored], area, sigmas)
    self = np.arange(len(together))
    own, twin = to_same[self, self], to_twin[self, self]
    to_same[self, self] = to_twin[self, self] = -1.0
    other = np.maximum(to_same, to_twin).max(axis=1)
    kinds = _decide(own, twin, other)
    return np.where(labelled, kinds, Kind.UNLABELLED)


def _similar(
    found: np.ndarray, true: np.ndarray, labelled: np.ndarray, area: np.ndarray, sigmas: np.ndarray
) -> np.ndarray:
    """[n, n, K] similarity of pose p's keypoints to person q's, -1 where q's is unlabelled."""
    similarity = keypoint_similarity(found[:, None], true[None], area[None], sigmas)
    return np.where(labelled[None], similarity, -1.0)


def _decide(own: np.ndarray, twin: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Kinds from the similarities to the own place, its mirror twin and other people."""
    at_home = np.where(own >= GOOD, Kind.GOOD, Kind.JITTER)
    elsewhere = np.where(twin >= other, Kind.INVERSION, Kind.SWAP)
    lost = np.where(np.maximum(twin, other) >= NEAR, elsewhere, Kind.MISS)
    return np.where(own >= NEAR, at_home, lost)
