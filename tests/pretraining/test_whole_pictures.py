from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.errors import PictureError
from vitpose_plus.pretraining.config import RandomPart
from vitpose_plus.pretraining.whole_pictures import WholePictures, middle, random_part, resized

SIZE = (64, 48)
FIELDS = ("width", "height", "left")
side = st.integers(1, 700)


@given(width=side, height=side, seed=st.integers(0, 2**32), shape=st.floats(0.2, 5))
def test_a_part_lies_within_its_picture(width, height, seed, shape):
    part = random_part(np.random.default_rng(seed), RandomPart(), (width, height), shape)
    assert part.width > 0 and part.height > 0
    assert 0 <= part.left <= width - part.width
    assert 0 <= part.top <= height - part.height


def test_parts_have_the_areas_and_shapes_that_were_asked_for():
    rng = np.random.default_rng(0)
    parts = [random_part(rng, RandomPart(), (640, 640), 0.75) for _ in range(3000)]
    width, height, left = (np.array([getattr(p, n) for p in parts]) for n in FIELDS)
    area, stretch = width * height / 640**2, width / height / 0.75
    assert 0.19 < area.min() < 0.22
    assert 0.95 < area.max() <= 1
    # What is too large is drawn again, so the mean stays below that of the bounds, 0.6.
    assert 0.45 < area.mean() < 0.55
    assert 0.74 < stretch.min() < 0.76 and 1.31 < stretch.max() < 1.35
    assert np.mean(left) == pytest.approx((640 - width.mean()) / 2, rel=0.1)


def test_what_fits_nowhere_is_the_middle_of_the_picture():
    always_too_wide = RandomPart(area=(1, 1), stretch=(1, 1))
    part = random_part(np.random.default_rng(0), always_too_wide, (400, 100), 0.75)
    assert part == middle((400, 100), 0.75) == (162, 0, 75, 100)


def test_a_part_that_shrinks_is_averaged_not_sampled():
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    small = resized(noise, middle((400, 300), 4 / 3), (30, 40))
    # A mean of 10x10 pixels strays a tenth as far as they do.
    assert small.std() == pytest.approx(noise.std() / 10, rel=0.1)


def test_each_trainable_picture_is_seen_once_an_epoch(make_split):
    split = make_split("coco", 3)
    split = replace(split, table=split.table.take([0, 0, 1, 1, 2, 2]))
    pictures = WholePictures([split, split], SIZE)
    assert len(pictures) == 6  # three pictures of two instances each, twice
    seen = [pictures[0, index] for index in range(6)]
    assert [look.task for look in seen] == [0, 0, 0, 1, 1, 1]
    names = split.trainable().column("file_name")
    assert [names[look.row] for look in seen[:3]] == ["0.jpg", "1.jpg", "2.jpg"]
    whole = cv2.imread(str(split.images / "1.jpg"))[..., ::-1]
    expected = resized(whole, middle((100, 120), 0.75), SIZE)
    np.testing.assert_array_equal(seen[1].picture, expected)


def test_what_is_seen_depends_on_seed_pass_and_index_alone(make_split):
    split = make_split("coco")
    one, same = (WholePictures([split], SIZE, RandomPart(), seed=3) for _ in range(2))
    other = WholePictures([split], SIZE, RandomPart(), seed=4)
    np.testing.assert_array_equal(one[2, 1].picture, same[2, 1].picture)
    for different in (one[3, 1], one[2, 0], other[2, 1]):
        assert not np.array_equal(one[2, 1].picture, different.picture)


def test_half_of_the_views_are_mirrored(make_split):
    split = make_split("coco", 1)
    whole = RandomPart(area=(0.9, 0.9), stretch=(1, 1))
    never, always = (WholePictures([split], SIZE, replace(whole, flip=f)) for f in (0, 1))
    half = WholePictures([split], SIZE, whole)
    mirrored = 0
    for number in range(40):
        plain, turned = never[number, 0].picture, always[number, 0].picture
        np.testing.assert_array_equal(plain[:, ::-1], turned)
        mirrored += np.array_equal(half[number, 0].picture, turned)
    assert 10 < mirrored < 30


def test_a_picture_that_went_missing_is_named(make_split):
    split = make_split("coco")
    (split.images / "2.jpg").unlink()
    with pytest.raises(PictureError, match=r"2\.jpg does not exist"):
        WholePictures([split], SIZE)[0, 2]
