from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vitpose_plus.errors import PictureError
from vitpose_plus.geometry import MEAN, STD, View, crop, invert, normalise, read_picture, udp_affine
from vitpose_plus.geometry.pictures import decode_picture

SIZE = (128, 96)
REAL = Path(__file__).resolve().parents[2] / "../shared/data/coco_mini/val2017"
views = st.builds(
    lambda centre, side, rotation, flip: View(centre, (0.75 * side, side), rotation, flip),
    st.tuples(st.floats(-50, 690), st.floats(-50, 530)),
    st.floats(3, 3000),
    st.floats(-180, 180),
    st.booleans(),
)


def exact_crop(picture, matrix):
    """Bilinear weights in float64; pixel centres at whole numbers; zeros outside."""
    picture = np.pad(picture.astype(float), ((1, 1), (1, 1), (0, 0)))
    rows, columns = np.indices(SIZE)
    (xx, xy, x0), (yx, yy, y0) = invert(matrix)
    # All beyond the border of zeros is zero as well.
    x = np.clip(xx * columns + xy * rows + x0 + 1, 0, picture.shape[1] - 1.000001)
    y = np.clip(yx * columns + yy * rows + y0 + 1, 0, picture.shape[0] - 1.000001)
    left, top = x.astype(int), y.astype(int)
    right, down = (x - left)[..., None], (y - top)[..., None]
    above = picture[top, left] * (1 - right) + picture[top, left + 1] * right
    below = picture[top + 1, left] * (1 - right) + picture[top + 1, left + 1] * right
    return above * (1 - down) + below * down


def furthest(picture, view):
    matrix = udp_affine(view, SIZE)
    return np.abs(crop(picture, matrix, SIZE) - exact_crop(picture, matrix)).max()


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)


@pytest.fixture
def saved(tmp_path):
    """Write a picture, and return its path."""

    def write(picture, name="picture.jpg", **how):
        path = tmp_path / name
        picture.save(path, **how)
        return path

    return write


@given(views)
@settings(max_examples=200)
def test_a_crop_is_within_one_grey_level_of_the_exact_affine_on_noise(noise, view):
    assert furthest(noise, view) <= 1


@pytest.mark.parametrize("shape", [(8192, 200, 3), (200, 8192, 3)])
def test_a_crop_of_a_large_picture_is_within_one_grey_level(shape):
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, shape, dtype=np.uint8)
    centre = (shape[1] - 60.3, shape[0] - 70.6)
    found = [furthest(picture, View(centre, (0.75 * s, s), 33.0)) for s in (20, 128, 1000)]
    assert max(found) <= 1


@pytest.mark.skipif(not REAL.is_dir(), reason="needs shared/data/coco_mini")
def test_a_crop_is_within_one_grey_level_of_the_exact_affine_on_photographs():
    rng = np.random.default_rng(2)
    for path in sorted(REAL.iterdir())[:12]:
        picture = read_picture(path)
        centre = tuple(rng.uniform(0, 1, 2) * picture.shape[1::-1])
        side = rng.uniform(40, 800)
        view = View(centre, (0.75 * side, side), rng.uniform(-80, 80), bool(rng.integers(2)))
        assert furthest(picture, view) <= 1, path


def test_whole_pixels_are_moved_as_they_are_and_black_lies_outside(noise):
    picture = noise[:40, :30]
    moved = crop(picture, np.array([[1.0, 0, 5], [0, 1, 7]]), SIZE)
    assert np.array_equal(moved[7:47, 5:35], picture)
    moved[7:47, 5:35] = 0
    assert not moved.any()


def test_colours_come_as_rgb(saved):
    path = saved(Image.new("RGB", (8, 6), (200, 100, 50)), "picture.png")
    assert (read_picture(path) == (200, 100, 50)).all()
    assert read_picture(path).shape == (6, 8, 3)


def test_a_grey_jpeg_comes_as_rgb(saved):
    pixels = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (16, 1))
    path = saved(Image.fromarray(pixels), quality=100)
    picture = read_picture(path)
    assert (picture == picture[..., :1]).all()
    np.testing.assert_allclose(picture[..., 0].astype(int), pixels, atol=2)


def test_a_cmyk_jpeg_comes_as_rgb(saved):
    path = saved(Image.new("RGB", (16, 16), (220, 60, 20)).convert("CMYK"), quality=100)
    assert Image.open(path).mode == "CMYK"
    np.testing.assert_allclose(read_picture(path)[8, 8].astype(int), (220, 60, 20), atol=4)


def test_a_jpeg_is_decoded_as_pillow_decodes_it(saved, noise):
    smooth = cv2.GaussianBlur(noise, (0, 0), 5)
    path = saved(Image.fromarray(smooth), quality=90)
    assert np.array_equal(read_picture(path), np.asarray(Image.open(path)))


def test_a_picture_is_not_turned_by_its_exif(saved):
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn me by 90 degrees"
    assert read_picture(saved(Image.new("RGB", (8, 6)), exif=exif)).shape == (6, 8, 3)


@pytest.mark.parametrize("kept", [0, 1, 300, -2])
def test_a_cut_off_jpeg_is_refused(saved, noise, kept):
    path = saved(Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(PictureError, match=r"picture\.jpg cannot be decoded: restore it"):
        read_picture(path)


def test_bytes_after_the_end_of_a_jpeg_are_no_fault(saved, noise):
    path = saved(Image.fromarray(noise))
    whole = path.read_bytes()
    path.write_bytes(whole + b"maker's notes")
    assert np.array_equal(read_picture(path), decode_picture(np.frombuffer(whole, np.uint8)))


def test_what_is_no_picture_is_refused(tmp_path):
    assert decode_picture(np.frombuffer(b"<html>not found</html>", np.uint8)) is None
    with pytest.raises(PictureError, match=r"gone\.jpg does not exist: restore it"):
        read_picture(tmp_path / "gone.jpg")
    with pytest.raises(PictureError, match="Is a directory"):
        read_picture(tmp_path)


def test_normalised_pictures_have_imagenet_s_mean_and_deviation_taken_out(noise):
    pictures = torch.from_numpy(np.stack([noise, noise[::-1]]))
    before = pictures.clone()
    normal = normalise(pictures)
    expected = (pictures.double() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    assert normal.dtype == torch.float32
    assert normal.is_contiguous()
    torch.testing.assert_close(normal, expected.permute(0, 3, 1, 2).float(), rtol=1e-5, atol=1e-5)
    assert torch.equal(pictures, before)


def test_normalising_leaves_floats_as_they_were():
    pictures = torch.full((1, 1, 1, 3), 128.0)
    normalise(pictures)
    assert (pictures == 128).all()
