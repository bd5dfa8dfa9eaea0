import re
from dataclasses import replace

import pytest

from vitpose_plus.datasets.crop_store.reach import Reach
from vitpose_plus.geometry import Augmentation, SetAugmentation

COCO = SetAugmentation()
HANDS = SetAugmentation(half_body=False, centre_jitter=False, padding=1.5, scale=0.3, rotation=90)
SIZE = (256, 192)
RECIPE = Reach.of(Augmentation(), COCO, SIZE)


def test_the_published_recipe_s_bounds():
    assert (
        Reach(input_size=SIZE, padding=1.25, scale=0.5, turn=80, jitter=0.2, half_body_keypoints=8)
        == RECIPE
    )


def test_interhand_s_own_bounds():
    assert Reach.of(Augmentation(), HANDS, SIZE) == Reach(
        input_size=SIZE, padding=1.5, scale=0.3, turn=180, jitter=0, half_body_keypoints=None
    )


def test_a_recipe_that_turns_nothing_reaches_no_corner():
    assert Reach.of(Augmentation(rotated=0), COCO, SIZE).turn == 0


@pytest.mark.parametrize(
    "less",
    [
        Augmentation(scale=0.25),
        Augmentation(rotation=30),
        Augmentation(centre_jitter=0),
        Augmentation(half_body=0),
        Augmentation(flip=0),
    ],
)
def test_room_for_more_is_room_for_less(less):
    assert RECIPE.lacks(Reach.of(less, COCO, SIZE)) is None


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"scale": 0.6}, "widest view"),
        ({"turn": 90}, "turn: 90, not 80"),
        ({"jitter": 0.3}, "centre jitter"),
        ({"half_body_keypoints": 6}, "half bodies beyond 6 labelled keypoints, .* beyond 8"),
        ({"padding": 1.5}, "widest view"),
        ({"padding": 1.0}, "closest view"),
        ({"input_size": (384, 288)}, "input size: 384, not 256"),
        ({"input_size": (256, 256)}, "another shape: 256x256, not 256x192"),
    ],
)
def test_what_is_lacking_is_named(more, named):
    assert re.search(named, RECIPE.lacks(replace(RECIPE, **more)))


def test_a_larger_input_of_the_same_shape_serves_a_smaller():
    assert Reach.of(Augmentation(), COCO, (384, 288)).lacks(RECIPE) is None


def test_a_store_without_half_bodies_does_not_serve_them():
    without = Reach.of(Augmentation(half_body=0), COCO, SIZE)
    assert "built without half bodies" in without.lacks(RECIPE)
