"""CrowdPose: 14 points of a person among others. Sigmas: its evaluator, Jeff-sjtu/CrowdPose.

The points are AI Challenger's, in another order. The files call the head's top `head`.
"""

from vitpose_plus.skeletons.skeleton import Skeleton, left_right_twins

KEYPOINTS = (
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "head_top",
    "neck",
)

CROWDPOSE = Skeleton(
    name="crowdpose",
    keypoints=KEYPOINTS,
    twins=left_right_twins(KEYPOINTS),
    limbs=(
        ("left_ankle", "left_knee"),
        ("left_knee", "left_hip"),
        ("right_ankle", "right_knee"),
        ("right_knee", "right_hip"),
        ("left_hip", "right_hip"),
        ("left_shoulder", "left_hip"),
        ("right_shoulder", "right_hip"),
        ("left_shoulder", "right_shoulder"),
        ("left_shoulder", "left_elbow"),
        ("right_shoulder", "right_elbow"),
        ("left_elbow", "left_wrist"),
        ("right_elbow", "right_wrist"),
        ("head_top", "neck"),
        ("right_shoulder", "neck"),
        ("left_shoulder", "neck"),
    ),
    sigmas=(
        0.079,
        0.079,
        0.072,
        0.072,
        0.062,
        0.062,
        0.107,
        0.107,
        0.087,
        0.087,
        0.089,
        0.089,
        0.079,
        0.079,
    ),
    upper_body=(
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "left_wrist",
        "right_wrist",
        "head_top",
        "neck",
    ),
    torso=("left_shoulder", "right_hip"),
)
