import json
from pathlib import Path

import pytest
import yaml

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.skeletons import SKELETONS, Skeleton, load_skeleton

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT / "../shared/facts/keypoints.json"
ANIMALPOSE = ROOT / "conf/real_mini/animalpose.skeleton.yml"


@pytest.fixture
def published():
    if not FACTS.is_file():
        pytest.skip("the shared facts are not here")
    return json.loads(FACTS.read_text())


def assert_as_described(ours: Skeleton, published: dict) -> None:
    flip = list(range(len(ours)))
    for a, b in published["flip_pairs"]:
        flip[a], flip[b] = b, a
    assert ours.flip_index() == flip
    assert [list(limb) for limb in ours.limb_index()] == published["skeleton"]
    assert ours.upper_mask() == [point["part"] == "upper" for point in published["keypoints"]]


@pytest.mark.parametrize("name", SKELETONS)
def test_a_keypoint_set_equals_its_published_description(name, published):
    ours, theirs = SKELETONS[name], published["interhand2d" if name == "interhand" else name]
    assert_as_described(ours, theirs)
    if name != "interhand":
        assert list(ours.sigmas) == [point["sigma"] for point in theirs["keypoints"]]


@pytest.mark.parametrize("name", ["crowdpose", "interhand"])
def test_the_points_go_by_their_published_names(name, published):
    theirs = published["interhand2d" if name == "interhand" else name]["keypoints"]
    respelt = {"top_head": "head_top"}
    names = [respelt.get(point["name"], point["name"]) for point in theirs]
    assert list(SKELETONS[name].keypoints) == names


def test_a_hand_takes_the_sigmas_of_the_same_joints_of_whole_bodies():
    hand, body = SKELETONS["interhand"], SKELETONS["coco_wholebody"]
    for joint, sigma in zip(hand.keypoints, hand.sigmas, strict=True):
        same = "right_hand_root" if joint == "wrist" else f"right_{joint}"
        assert sigma == body.sigmas[body.index(same)]


def test_crowdposes_points_are_aics_in_another_order():
    crowdpose, aic = SKELETONS["crowdpose"].keypoints, SKELETONS["aic"].keypoints
    assert sorted(crowdpose) == sorted(aic)
    assert crowdpose != aic


def test_animalposes_file_equals_its_published_description(published):
    ours, theirs = load_skeleton(str(ANIMALPOSE)), published["animalpose"]
    assert_as_described(ours, theirs)
    assert list(ours.sigmas) == [point["sigma"] for point in theirs["keypoints"]]
    short = {"left": "L", "right": "R", "front": "F", "back": "B"}
    for name, point in zip(ours.keypoints, theirs["keypoints"], strict=True):
        words = [short.get(word, word.title()) for word in name.split("_")]
        assert "".join(words) == point["name"].replace("_", "")


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
