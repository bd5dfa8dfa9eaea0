"""Keypoints as people read about them: one line each, a large set's fine points together."""

import re

from vitpose_plus.inference.drawing import fine_keypoints
from vitpose_plus.skeletons import Skeleton


def keypoint_groups(skeleton: Skeleton) -> list[tuple[str, list[int]]]:
    """Names to show and the keypoints that each stands for; most stand for one.

    Fingers and face points of large sets are counted together, and the name says how many.
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    for k, (name, fine) in enumerate(
        zip(skeleton.keypoints, fine_keypoints(skeleton), strict=True)
    ):
        shown = re.split("[-_]", name)[0] if fine else name.replace("_", " ")
        groups.setdefault((shown, fine), []).append(k)
    return [
        (f"{name}, {len(chosen)} points" if fine else name, chosen)
        for (name, fine), chosen in groups.items()
    ]
