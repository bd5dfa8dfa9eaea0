"""How an OCHuman file writes keypoints: names and kinds of visibility stand in the file."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vitpose_plus.datasets.readers.triples import split_triples, without_unlabelled
from vitpose_plus.datasets.readers.values import need
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton

VISIBILITY = {"missing": 0, "vis": 2, "self_occluded": 2, "others_occluded": 1}
"""The file's kinds of visibility to the table's, as the official conversion to COCO maps them."""


@dataclass(frozen=True)
class KeypointForm:
    """Names and codes of one file.

    Attributes:
        count: keypoints in the file.
        order: [K] where the skeleton's keypoints stand in the file.
        visibility: the file's codes to the table's.
    """

    count: int
    order: list[int]
    visibility: dict[float, int]

    def read(self, triples: Any, where: str) -> tuple[np.ndarray, np.ndarray]:
        """Points [K, 2] and visibility [K] of a flat list of x, y, code.

        Raises:
            AnnotationError: another length, or a code that the file does not explain.
        """
        points, flags = split_triples(triples, self.count, where)
        if unknown := sorted(set(flags.tolist()) - set(self.visibility)):
            raise AnnotationError(
                f"{where}: visibility {unknown[0]:g} is none of the file's "
                + ", ".join(f"{code:g}" for code in self.visibility)
            )
        visibility = np.array([self.visibility[flags[i]] for i in self.order], dtype=np.uint8)
        return without_unlabelled(points[self.order], visibility), visibility


def keypoint_form(content: dict, skeleton: Skeleton, name: str) -> KeypointForm:
    """What `keypoint_names` and `keypoint_visible` say.

    Args:
        content: the open file.
        skeleton: whose keypoints are wanted.
        name: the file's name, for messages.

    Raises:
        AnnotationError: the file lacks a keypoint of the skeleton, or a kind of visibility.
    """
    names = list(need(content, "keypoint_names", name))
    if missing := [wanted for wanted in skeleton.keypoints if wanted not in names]:
        raise AnnotationError(
            f"{name}: keypoint_names lacks {', '.join(missing)} of skeleton {skeleton.name!r}. "
            "OCHuman is read with skeleton: coco."
        )
    codes = need(content, "keypoint_visible", name)
    return KeypointForm(
        count=len(names),
        order=[names.index(wanted) for wanted in skeleton.keypoints],
        visibility={
            float(need(codes, kind, f"{name}, keypoint_visible")): ours
            for kind, ours in VISIBILITY.items()
        },
    )
