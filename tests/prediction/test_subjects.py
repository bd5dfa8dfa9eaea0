import pytest

from vitpose_plus.prediction.subjects import subject_of
from vitpose_plus.skeletons import SKELETONS


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_every_built_in_set_has_a_subject(skeleton):
    joints = set(skeleton.keypoints)
    if "tail" in " ".join(joints):
        wanted = "animal"
    else:
        wanted = "person" if "left_knee" in joints or "right_knee" in joints else "hand"
    assert subject_of(skeleton).name == wanted
    assert bool(subject_of(skeleton).labels) == (wanted != "hand")
