import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngImageFile

from vitpose_plus.errors import PictureError
from vitpose_plus.prediction import pictures
from vitpose_plus.prediction.pictures import ORIENTATION, chunks, read_upright


@pytest.fixture
def phone(tmp_path):
    """A lossless picture with an EXIF orientation."""

    def write(orientation):
        pixels = np.random.default_rng(0).integers(0, 255, (6, 9, 3), np.uint8)
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        Image.fromarray(pixels).save(tmp_path / "phone.png", exif=exif)
        return tmp_path / "phone.png", pixels

    return write


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phones_picture_is_turned_as_pillow_turns_it(orientation, phone):
    path, stored = phone(orientation)
    pixels, turned = read_upright(path)
    np.testing.assert_array_equal(pixels, np.asarray(ImageOps.exif_transpose(Image.open(path))))
    assert turned == (orientation != 1)
    as_stored, turned = read_upright(path, as_stored=True)
    np.testing.assert_array_equal(as_stored, stored)
    assert not turned


def chunks_of_png(coded):
    """The file's parts: its signature, then each chunk."""
    parts, start = [coded[:8]], 8
    while start < len(coded):
        end = start + 12 + int.from_bytes(coded[start : start + 4], "big")
        parts.append(coded[start:end])
        start = end
    return parts


def test_a_png_says_its_orientation_behind_its_pixels_too(phone):
    path, _ = phone(6)
    signature, header, exif, pixels, end = chunks_of_png(path.read_bytes())
    assert exif[4:8] == b"eXIf"
    path.write_bytes(signature + header + pixels + exif + end)
    upright, turned = read_upright(path)
    np.testing.assert_array_equal(upright, np.asarray(ImageOps.exif_transpose(Image.open(path))))
    assert turned


def test_pillow_decodes_no_png_to_look_for_an_orientation(draw, monkeypatch):
    loaded = []
    monkeypatch.setattr(PngImageFile, "load", lambda picture: loaded.append(picture))
    _, turned = read_upright(draw("1.png"))
    assert not turned
    assert loaded == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_is_turned_or_refused_never_turned_unasked(orientation, tmp_path):
    path = tmp_path / "scan.tif"
    pixels = np.random.default_rng(0).integers(0, 255, (6, 9, 3), np.uint8)
    Image.fromarray(pixels).save(path, tiffinfo={ORIENTATION: orientation})
    upright, turned = read_upright(path)
    np.testing.assert_array_equal(upright, np.asarray(ImageOps.exif_transpose(Image.open(path))))
    assert turned == (orientation != 1)
    if orientation == 1:
        np.testing.assert_array_equal(read_upright(path, as_stored=True)[0], pixels)
    else:
        with pytest.raises(PictureError, match=r"scan\.tif is a TIFF with an orientation"):
            read_upright(path, as_stored=True)


def test_jpeg_is_turned_too(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.new("RGB", (40, 20)).save(tmp_path / "phone.jpg", exif=exif)
    pixels, turned = read_upright(tmp_path / "phone.jpg")
    assert (pixels.shape, turned) == ((40, 20, 3), True)


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_what_is_no_whole_picture_is_an_error_that_names_it(content, draw):
    path = draw("1.jpg")
    path.write_bytes(path.read_bytes()[:-500] if content is None else content)
    with pytest.raises(PictureError, match=r"1\.jpg is not a picture that OpenCV can read"):
        read_upright(path)


def test_a_folder_in_a_pictures_place_is_an_error(tmp_path):
    with pytest.raises(PictureError, match="cannot be read: Is a directory"):
        read_upright(tmp_path)


def test_chunks_are_bounded_in_number_and_in_memory(picture, monkeypatch):
    every = [picture(f"{i}.jpg", (10, 10)) for i in range(7)]
    assert [len(chunk) for chunk in chunks(iter(every), 3)] == [3, 3, 1]
    monkeypatch.setattr(pictures, "BYTES_AT_ONCE", 600)
    assert [len(chunk) for chunk in chunks(iter(every), 3)] == [2, 2, 2, 1]
    assert [one.name for chunk in chunks(iter(every), 3) for one in chunk] == [
        one.name for one in every
    ]
