"""InterHand2.6M: 21 points of one hand, from each finger's tip (4) to its base (1), wrist last.

Right and left hands share the points: a mirrored right hand is a left one, so there are no twins.
The set is not scored by OKS and publishes no sigmas: these are COCO-WholeBody's of the same joints.
"""

from itertools import pairwise

from vitpose_plus.skeletons.coco_wholebody import FINGERS, HAND_SIGMAS, LEFT_HAND
from vitpose_plus.skeletons.skeleton import Skeleton

WRIST = "wrist"
JOINTS_OF_FINGERS = tuple(tuple(f"{finger}{i}" for i in (4, 3, 2, 1)) for finger in FINGERS)
KEYPOINTS = (*(joint for finger in JOINTS_OF_FINGERS for joint in finger), WRIST)

_SIGMAS = {
    name.removeprefix("left_").replace("hand_root", WRIST): sigma
    for name, sigma in zip(LEFT_HAND, HAND_SIGMAS, strict=True)
}

INTERHAND = Skeleton(
    name="interhand",
    keypoints=KEYPOINTS,
    twins=(),
    limbs=tuple(
        limb for finger in JOINTS_OF_FINGERS for limb in pairwise((WRIST, *reversed(finger)))
    ),
    sigmas=tuple(_SIGMAS[name] for name in KEYPOINTS),
)
