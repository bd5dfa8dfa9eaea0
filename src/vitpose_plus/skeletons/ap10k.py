"""AP-10K: 17 points of a four-legged animal.

Sigmas and upper body: mmpose, configs/_base_/datasets/ap10k.py.

The upper body has the left front paw and not the right one: so it stands in the official
recipe, and half-body augmentation there follows it.
"""

from vitpose_plus.skeletons.skeleton import Skeleton, left_right_twins

KEYPOINTS = (
    "left_eye",
    "right_eye",
    "nose",
    "neck",
    "root_of_tail",
    "left_shoulder",
    "left_elbow",
    "left_front_paw",
    "right_shoulder",
    "right_elbow",
    "right_front_paw",
    "left_hip",
    "left_knee",
    "left_back_paw",
    "right_hip",
    "right_knee",
    "right_back_paw",
)

AP10K = Skeleton(
    name="ap10k",
    keypoints=KEYPOINTS,
    twins=left_right_twins(KEYPOINTS),
    limbs=(
        ("left_eye", "right_eye"),
        ("left_eye", "nose"),
        ("right_eye", "nose"),
        ("nose", "neck"),
        ("neck", "root_of_tail"),
        ("neck", "left_shoulder"),
        ("left_shoulder", "left_elbow"),
        ("left_elbow", "left_front_paw"),
        ("neck", "right_shoulder"),
        ("right_shoulder", "right_elbow"),
        ("right_elbow", "right_front_paw"),
        ("root_of_tail", "left_hip"),
        ("left_hip", "left_knee"),
        ("left_knee", "left_back_paw"),
        ("root_of_tail", "right_hip"),
        ("right_hip", "right_knee"),
        ("right_knee", "right_back_paw"),
    ),
    sigmas=(
        0.025,
        0.025,
        0.026,
        0.035,
        0.035,
        0.079,
        0.072,
        0.062,
        0.079,
        0.072,
        0.062,
        0.107,
        0.087,
        0.089,
        0.107,
        0.087,
        0.089,
    ),
    upper_body=(
        "left_eye",
        "right_eye",
        "nose",
        "neck",
        "left_shoulder",
        "left_elbow",
        "left_front_paw",
        "right_shoulder",
        "right_elbow",
    ),
)
