"""COCO-WholeBody v1.0: 133 points: 17 body, 6 feet, 68 face, 21 a hand.

Sigmas: jin-s13/COCO-WholeBody, evaluation.
"""

from itertools import pairwise

from vitpose_plus.skeletons.coco import COCO
from vitpose_plus.skeletons.skeleton import Skeleton, left_right_twins

FEET = (
    "left_big_toe",
    "left_small_toe",
    "left_heel",
    "right_big_toe",
    "right_small_toe",
    "right_heel",
)
FACE = tuple(f"face-{i}" for i in range(68))
FINGERS = ("thumb", "forefinger", "middle_finger", "ring_finger", "pinky_finger")


def _hand(side: str) -> tuple[str, ...]:
    joints = (f"{side}_{finger}{i}" for finger in FINGERS for i in range(1, 5))
    return (f"{side}_hand_root", *joints)


def _hand_limbs(side: str) -> list[tuple[str, str]]:
    limbs: list[tuple[str, str]] = []
    for finger in FINGERS:
        chain = [f"{side}_hand_root", *(f"{side}_{finger}{i}" for i in range(1, 5))]
        limbs += pairwise(chain)
    return limbs


LEFT_HAND, RIGHT_HAND = _hand("left"), _hand("right")
KEYPOINTS = (*COCO.keypoints, *FEET, *FACE, *LEFT_HAND, *RIGHT_HAND)
PARTS = {
    "body": COCO.keypoints,
    "feet": FEET,
    "face": FACE,
    "left_hand": LEFT_HAND,
    "right_hand": RIGHT_HAND,
}

# The 68-point face contour, brows, nose, eyes and mouth, as (left of the picture, right).
FACE_MIRROR = (
    (0, 16),
    (1, 15),
    (2, 14),
    (3, 13),
    (4, 12),
    (5, 11),
    (6, 10),
    (7, 9),
    (17, 26),
    (18, 25),
    (19, 24),
    (20, 23),
    (21, 22),
    (31, 35),
    (32, 34),
    (36, 45),
    (37, 44),
    (38, 43),
    (39, 42),
    (40, 47),
    (41, 46),
    (48, 54),
    (49, 53),
    (50, 52),
    (55, 59),
    (56, 58),
    (60, 64),
    (61, 63),
    (65, 67),
)

FOOT_SIGMAS = (
    0.068,
    0.066,
    0.066,
    0.092,
    0.094,
    0.094,
)
FACE_SIGMAS = (
    0.042,
    0.043,
    0.044,
    0.043,
    0.04,
    0.035,
    0.031,
    0.025,
    0.02,
    0.023,
    0.029,
    0.032,
    0.037,
    0.038,
    0.043,
    0.041,
    0.045,
    0.013,
    0.012,
    0.011,
    0.011,
    0.012,
    0.012,
    0.011,
    0.011,
    0.013,
    0.015,
    0.009,
    0.007,
    0.007,
    0.007,
    0.012,
    0.009,
    0.008,
    0.016,
    0.01,
    0.017,
    0.011,
    0.009,
    0.011,
    0.009,
    0.007,
    0.013,
    0.008,
    0.011,
    0.012,
    0.01,
    0.034,
    0.008,
    0.008,
    0.009,
    0.008,
    0.008,
    0.007,
    0.01,
    0.008,
    0.009,
    0.009,
    0.009,
    0.007,
    0.007,
    0.008,
    0.011,
    0.008,
    0.008,
    0.008,
    0.01,
    0.008,
)
HAND_SIGMAS = (
    0.029,
    0.022,
    0.035,
    0.037,
    0.047,
    0.026,
    0.025,
    0.024,
    0.035,
    0.018,
    0.024,
    0.022,
    0.026,
    0.017,
    0.021,
    0.021,
    0.032,
    0.02,
    0.019,
    0.022,
    0.031,
)

COCO_WHOLEBODY = Skeleton(
    name="coco_wholebody",
    keypoints=KEYPOINTS,
    twins=(
        *left_right_twins(KEYPOINTS),
        *((f"face-{a}", f"face-{b}") for a, b in FACE_MIRROR),
    ),
    limbs=(
        *COCO.limbs,
        *(
            (f"{s}_ankle", f"{s}_{p}")
            for s in ("left", "right")
            for p in ("big_toe", "small_toe", "heel")
        ),
        *_hand_limbs("left"),
        *_hand_limbs("right"),
    ),
    sigmas=(*COCO.sigmas, *FOOT_SIGMAS, *FACE_SIGMAS, *HAND_SIGMAS, *HAND_SIGMAS),
    upper_body=COCO.upper_body,
    torso=COCO.torso,
)
