import json
from pathlib import Path

import pytest
import yaml

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.skeletons import SKELETONS, load_skeleton

FACTS = Path(__file__).resolve().parents[2] / "../shared/facts/keypoints.json"


@pytest.mark.parametrize("name", SKELETONS)
def test_a_keypoint_set_equals_its_published_description(name):
    if not FACTS.is_file():
        pytest.skip("the shared facts are not here")
    published, ours = json.loads(FACTS.read_text())[name], SKELETONS[name]
    flip = list(range(len(ours)))
    for a, b in published["flip_pairs"]:
        flip[a], flip[b] = b, a
    assert list(ours.sigmas) == [point["sigma"] for point in published["keypoints"]]
    assert ours.flip_index() == flip
    assert [list(limb) for limb in ours.limb_index()] == published["skeleton"]
    assert ours.upper_mask() == [point["part"] == "upper" for point in published["keypoints"]]


@pytest.mark.parametrize("name", SKELETONS)
def test_flipping_twice_changes_nothing(name):
    flip = SKELETONS[name].flip_index()
    assert [flip[i] for i in flip] == list(range(len(flip)))


def test_a_user_s_own_set_is_read_from_a_file(tmp_path):
    own = {
        "name": "hand",
        "keypoints": ["wrist", "thumb"],
        "twins": [],
        "limbs": [["wrist", "thumb"]],
        "sigmas": [0.05, 0.03],
    }
    path = tmp_path / "hand.yml"
    path.write_text(yaml.safe_dump(own))
    assert load_skeleton(str(path)).limb_index() == [(0, 1)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigmas": [0.05]}, "1 sigmas for 2 keypoints"),
        ({"limbs": [["wrist", "elbow"]]}, "unknown keypoints elbow"),
        ({"keypoints": ["wrist", "wrist"]}, "stands twice"),
        ({"sigma": [1]}, "sigma"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path, change, message):
    own = {"name": "h", "keypoints": ["wrist", "thumb"], "twins": [], "limbs": [], "sigmas": [1, 1]}
    path = tmp_path / "hand.yml"
    path.write_text(yaml.safe_dump(own | change))
    with pytest.raises(ConfigurationError, match=message) as error:
        load_skeleton(str(path))
    assert "hand.yml" in str(error.value)


def test_an_unknown_name_lists_the_choices():
    with pytest.raises(ConfigurationError, match="coco, aic, mpii"):
        load_skeleton("cocoo")
