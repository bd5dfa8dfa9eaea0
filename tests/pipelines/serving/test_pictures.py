import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines.serving.pictures import read_image


def coded(kind, size=(40, 30), **options):
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (*size[::-1], 3), np.uint8)
    Image.fromarray(noise).save(file, kind, **options)
    return file.getvalue()


JPEG, PNG = coded("JPEG"), coded("PNG")


@pytest.mark.parametrize("image", [JPEG, PNG], ids=["jpeg", "png"])
def test_bytes_and_base64_give_the_stored_pixels(image):
    with Image.open(io.BytesIO(image)) as picture:
        wanted = np.asarray(picture.convert("RGB"))
    for sent in (image, bytearray(image), base64.b64encode(image).decode()):
        np.testing.assert_allclose(read_image(sent).astype(int), wanted.astype(int), atol=2)


def test_the_orientation_of_exif_is_not_applied():
    turned = Image.Exif()
    turned[0x0112] = 6
    np.testing.assert_array_equal(read_image(coded("JPEG", exif=turned)), read_image(JPEG))


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16", "P", "1"])
def test_every_kind_of_png_becomes_rgb(mode):
    file = io.BytesIO()
    Image.new(mode, (20, 10)).save(file, "PNG")
    assert read_image(file.getvalue()).shape == (10, 20, 3)


def test_a_progressive_jpeg_is_read():
    assert read_image(coded("JPEG", progressive=True)).shape == (30, 40, 3)


def test_hostile_images_are_refused_in_one_line(hostile_images):
    for name, image in hostile_images.items():
        with pytest.raises(ValueError, match=r"^image .+$") as refused:
            read_image(image)
        assert "\n" not in str(refused.value), name


def test_a_bomb_is_refused_without_decoding(hostile_images, monkeypatch):
    monkeypatch.setattr("pipelines.serving.pictures.decode_picture", pytest.fail)
    bombs = "png bomb", "long png", "narrow png", "jpeg of many scans"
    for name in (*bombs, "png of many chunks", "png of many texts", "jpeg of many segments"):
        with pytest.raises(ValueError, match=r"pixels|scans|segments|texts"):
            read_image(hostile_images[name])


@pytest.mark.parametrize("image", [None, 5, 2.0, ["a"], "é", "ab c", "abc"])
def test_what_is_no_image_at_all_is_refused(image):
    with pytest.raises(ValueError, match=r"^image is (of type|not base64)"):
        read_image(image)


@given(st.sampled_from([JPEG, PNG, b""]), st.data())
@settings(max_examples=300, deadline=None)
def test_damaged_bytes_give_a_picture_or_a_reason(whole, data):
    damaged = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, max(len(whole) - 1, 0)), max_size=4)):
        damaged[place : place + 1] = data.draw(st.binary(max_size=3))
    del damaged[data.draw(st.integers(0, len(damaged))) :]
    damaged += data.draw(st.binary(max_size=40))
    try:
        picture = read_image(bytes(damaged))
    except ValueError as error:
        assert str(error).startswith("image ")
    else:
        assert picture.dtype == np.uint8
