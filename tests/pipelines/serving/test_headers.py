import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines.serving.headers import Header, judge
from pipelines.serving.pictures import read_image
from vitpose_plus.geometry.pictures import decode_picture


def coded(kind, width=40, height=30, **options):
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, kind, **options)
    return file.getvalue()


JPEG, PROGRESSIVE = coded("JPEG"), coded("JPEG", progressive=True)
PNG = coded("PNG")


def test_size_and_scans_are_read():
    assert judge(JPEG) == judge(PNG) == Header(40, 30, 1)
    assert judge(PROGRESSIVE) == Header(40, 30, 10)  # libjpeg's simple progression has ten.
    restarts = coded("JPEG", 400, 300, restart_marker_blocks=1)
    assert judge(restarts) == Header(400, 300, 1)


def test_a_thumbnail_and_a_profile_are_stepped_over():
    exif = Image.Exif()
    exif[0x010E] = "thumbnail"
    block = exif.tobytes() + PROGRESSIVE * 3
    assert len(block) < 2**16
    image = coded("JPEG", exif=block, icc_profile=b"\xff\xda" * 100_000, comment=b"\xff\xd9" * 99)
    assert judge(image) == Header(40, 30, 1)
    assert read_image(image).shape == (30, 40, 3)


def test_fill_bytes_before_a_marker_count_for_nothing():
    filled = PROGRESSIVE.replace(b"\xff\xda", b"\xff\xff\xff\xda")
    assert judge(filled) == judge(PROGRESSIVE)
    assert read_image(filled).shape == (30, 40, 3)


def test_a_large_noisy_png_is_read():
    image = coded("PNG", 2000, 1800)
    assert len(image) > 10_000_000
    assert image.count(b"\xff\xda") > 100
    assert read_image(image).shape == (1800, 2000, 3)


def test_what_stands_behind_a_jpeg_is_not_judged():
    film = np.random.default_rng(0).bytes(8_000_000)
    assert film.count(b"\xff\xda") > 100
    assert read_image(JPEG + film).shape == (30, 40, 3)
    assert judge(JPEG + PROGRESSIVE * 20).scans == 1


def test_a_false_restart_marker_hides_no_scans():
    """libjpeg steps over the marker, not over the length behind it."""
    end = b"\xff\x02\xff\xff" + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 200
    with pytest.raises(ValueError, match="more than 100 scans"):
        judge(PROGRESSIVE[:-2] + end + b"\xff\xd9")


def test_a_second_frame_changes_nothing():
    place = JPEG.index(b"\xff\xc0")
    frame = JPEG[place : place + 19]
    other = frame[:5] + struct.pack(">HH", 9000, 9000) + frame[9:]
    assert judge(JPEG[:place] + frame + other + JPEG[place + 19 :]) == Header(40, 30, 1)
    with pytest.raises(ValueError, match="9000 x 9000"):
        judge(JPEG[:place] + other + frame + JPEG[place + 19 :])


@given(st.sampled_from([JPEG, PROGRESSIVE, PNG]), st.data())
@settings(max_examples=500, deadline=None)
def test_what_the_decoder_makes_has_the_size_that_was_judged(whole, data):
    damaged = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=3)):
        markers = st.sampled_from([b"\xff", b"\xff\xd9", b"\xff\xda\0\2", b"\xff\x02\0\xff"])
        damaged[place : place + 1] = data.draw(st.binary(max_size=3) | markers)
    picture = decode_picture(np.frombuffer(bytes(damaged), np.uint8))
    if picture is None or not damaged.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return
    try:
        header = judge(bytes(damaged))
    except ValueError as error:
        assert "damaged header" not in str(error)
    else:
        assert picture.shape == (header.height, header.width, 3)
