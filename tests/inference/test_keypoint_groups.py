import pytest

from vitpose_plus.inference.keypoint_groups import keypoint_groups
from vitpose_plus.skeletons import SKELETONS


@pytest.mark.parametrize("name", SKELETONS)
def test_every_keypoint_is_in_one_group(name):
    skeleton = SKELETONS[name]
    chosen = [k for _, group in keypoint_groups(skeleton) for k in group]
    assert sorted(chosen) == list(range(len(skeleton)))


def test_fine_points_stand_together_and_others_alone():
    groups = dict(keypoint_groups(SKELETONS["coco_wholebody"]))
    assert len(groups["face, 68 points"]) == 68
    assert len(groups["left shoulder"]) == 1
