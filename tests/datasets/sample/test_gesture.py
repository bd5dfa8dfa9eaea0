import numpy as np
import pytest

from vitpose_plus.datasets.sample.camera import TARGET, set_up_rig
from vitpose_plus.datasets.sample.gesture import SEQUENCES, HeldHand, hold_hands
from vitpose_plus.datasets.sample.hand_surface import back

WRIST, INDEX, PINKY = 0, 5, 17


def hands_of(name: str, seed: int = 0) -> list[HeldHand]:
    (sequence,) = (sequence for sequence in SEQUENCES if sequence.name == name)
    return hold_hands(np.random.default_rng(seed), sequence)


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)
def test_a_sequence_shows_the_hands_of_its_type_near_the_target(sequence):
    for seed in range(10):
        hands = hold_hands(np.random.default_rng(seed), sequence)
        sides = [hand.side for hand in hands]
        both = sequence.hand_type == "interacting"
        assert sides == (["right", "left"] if both else [sequence.hand_type])
        for hand in hands:
            assert np.linalg.norm(hand.points.mean(axis=0) - TARGET) < 170
            palm = np.linalg.norm(hand.points[INDEX] - hand.points[WRIST])
            assert 80 < palm < 110


def test_thumbs_point_up_in_thumbs_up():
    for seed in range(10):
        (hand,) = hands_of("0007_thumbup_normal", seed)
        assert hand.points[4, 1] < hand.points[:, 1].min() + 1e-9


def test_praying_palms_face_each_other():
    right, left = hands_of("0266_dh_pray")
    away = [back(hand, hand.points[9] - hand.points[0]) for hand in (right, left)]
    assert away[0] @ away[1] < -0.8
    assert (left.points.mean(axis=0) - right.points.mean(axis=0)) @ away[1] > 0


@pytest.mark.parametrize("name", ["ROM03_LT_No_Occlusion", "ROM03_RT_No_Occlusion"])
def test_the_thumb_of_a_left_palm_lies_left_of_its_fingers_and_of_a_right_one_right(name: str):
    camera = set_up_rig("train", 0, 3)[1]
    seen = set()
    for seed in range(40):
        (hand,) = hands_of(name, seed)
        fingers = hand.points[9] - hand.points[WRIST]
        away = back(hand, fingers) @ camera.rotation[2]
        if abs(away) < 0.3:
            continue
        pixels, _, _ = camera.project(hand.points)
        (ahead_x, ahead_y), (thumb_x, thumb_y) = (
            pixels[9] - pixels[0],
            pixels[INDEX] - pixels[PINKY],
        )
        thumb_left = ahead_x * thumb_y - ahead_y * thumb_x < 0
        palm_shows = away > 0
        assert thumb_left == (palm_shows == (hand.side == "left"))
        seen.add(palm_shows)
    assert seen == {True, False}
