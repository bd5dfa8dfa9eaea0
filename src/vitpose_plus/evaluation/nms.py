"""Suppression of poses that describe the same person, by their similarity (OKS).

It is what the official protocol does with poses on detected boxes: HRNet's and mmpose's
`oks_nms` and `soft_oks_nms`.
"""

import numpy as np
from pydantic import Field

from vitpose_plus.evaluation.keypoint_figures import keypoint_similarity
from vitpose_plus.evaluation.results import Results
from vitpose_plus.geometry.view import PADDING, view_of_box
from vitpose_plus.settings import settings
from vitpose_plus.skeletons import Skeleton


@settings
class Suppression:
    """How similar poses of a picture are thinned out.

    Attributes:
        threshold: hard: a pose more similar than this to a surer one goes; soft: how fast a
            pose's score falls with similarity to chosen ones, by exp(-similarity^2 / threshold).
        soft: choose the `most` surest under falling scores instead.
        most: poses a picture that the soft kind keeps.
    """

    threshold: float = Field(default=0.9, gt=0, le=1)
    soft: bool = False
    most: int = Field(default=20, ge=1)


def suppress(
    results: Results,
    skeleton: Skeleton,
    area: np.ndarray,
    suppression: Suppression | None = None,
) -> Results:
    """Thin out each picture's poses; scores and order of those that stay are as they were.

    Args:
        results: M poses.
        skeleton: gives the sigmas.
        area: [M] square pixels, see `view_areas` and `extent_areas`.
        suppression: how; None: as the published results do.
    """
    how = suppression or Suppression()
    sigmas = np.array(skeleton.sigmas)
    kept = [np.zeros(0, int)]
    for rows in results.by_picture():
        likeness = similarity(results.keypoints[rows], area[rows], sigmas)
        choose = _choose_softly if how.soft else _choose
        kept.append(rows[choose(likeness, results.score[rows], how)])
    return results.take(np.sort(np.concatenate(kept)))


def similarity(keypoints: np.ndarray, area: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """OKS of every pair of poses with their mean area; all keypoints count, sure or not.

    Args:
        keypoints: [M, K, 2] pixels.
        area: [M] square pixels.
        sigmas: [K].

    Returns:
        [M, M] in 0..1, float64.
    """
    points = np.asarray(keypoints, np.float64)
    shared = (area[:, None] + area) / 2
    return keypoint_similarity(points[:, None], points, shared, sigmas).mean(axis=-1)


def view_areas(
    boxes: np.ndarray, input_size: tuple[int, int], padding: float = PADDING
) -> np.ndarray:
    """The area that the network saw of each box, padding and all: official for found boxes.

    Args:
        boxes: [M, 4] x, y, width, height.
        input_size: (height, width) of the network's input.
        padding: of the data set's views.

    Returns:
        [M] square pixels.
    """
    return np.array([np.prod(view_of_box(box, input_size, padding).size) for box in boxes])


def extent_areas(keypoints: np.ndarray) -> np.ndarray:
    """[M, K, 2] -> [M] the keypoints' bounding boxes' areas: mmpose's where no box is known."""
    return np.ptp(keypoints, axis=1).prod(axis=1)


def _choose(likeness: np.ndarray, score: np.ndarray, how: Suppression) -> np.ndarray:
    """Indices of the poses that stay, the surest first; of equals the earlier is the surer."""
    order = np.argsort(-score, kind="stable")
    gone = np.zeros(len(score), bool)
    kept = []
    for row in order:
        if not gone[row]:
            kept.append(row)
            gone |= likeness[row] > how.threshold
    return np.array(kept)


def _choose_softly(likeness: np.ndarray, score: np.ndarray, how: Suppression) -> np.ndarray:
    fallen = score.astype(np.float64)
    kept: list[int] = []
    while len(kept) < min(how.most, len(score)):
        row = int(np.argmax(fallen))
        kept.append(row)
        fallen *= np.exp(-(likeness[row] ** 2) / how.threshold)
        fallen[kept] = -np.inf
    return np.array(kept)
