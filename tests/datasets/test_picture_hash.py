import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from vitpose_plus.datasets.picture_hash import (
    HASH_BYTES,
    hash_array,
    mirrored,
    picture_hash,
)

REAL = Path(__file__).resolve().parents[2] / "../shared/data/lspet_3000/images"


def scene(seed: int, size: tuple[int, int] = (200, 160)) -> Image.Image:
    """Grey clouds with the spectrum of a photograph: amplitudes fall as one over frequency."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(128)[:, None], np.fft.fftfreq(128))
    phases = np.exp(2j * np.pi * rng.random((128, 128)))
    clouds = np.fft.ifft2(phases / np.maximum(frequency, 1 / 128)).real
    levels = np.interp(clouds, np.percentile(clouds, [1, 99]), [20, 190]).astype(np.uint8)
    return Image.fromarray(levels).convert("RGB").resize(size, Image.Resampling.BICUBIC)


def saved_anew(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def trimmed(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    return picture.crop((width * share, height * share, width * (1 - share), height * (1 - share)))


def distance(one: Image.Image, other: Image.Image) -> int:
    first, second = hash_array([picture_hash(one), picture_hash(other)])
    return int(np.bitwise_count(first ^ second).sum())


COPIES = {
    "saved at 50": lambda p: saved_anew(p, 50),
    "saved at 95": lambda p: saved_anew(p, 95),
    "halved": lambda p: p.resize((p.width // 2, p.height // 2)),
    "enlarged": lambda p: p.resize((p.width * 3 // 2, p.height * 3 // 2)),
    "trimmed": lambda p: trimmed(p, 0.01),
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.7),
    "grey": lambda p: p.convert("L"),
    "a palette": lambda p: p.quantize(64),
    "with transparency": lambda p: p.convert("RGBA"),
    "for print": lambda p: p.convert("CMYK"),
}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_a_copy_is_near_and_another_picture_far(change):
    for seed in range(5):
        assert distance(scene(seed), change(scene(seed))) <= 40
        assert distance(scene(seed), change(scene(seed + 100))) > 80


def test_a_mirrored_hash_is_near_the_mirrored_picture_s():
    for seed in range(5):
        turned = mirrored(hash_array([picture_hash(scene(seed))]))
        own = hash_array([picture_hash(ImageOps.mirror(scene(seed)))])
        assert np.bitwise_count(turned ^ own).sum() <= 24
    np.testing.assert_array_equal(mirrored(mirrored(own)), own)


def test_mirroring_leaves_a_missing_hash_missing():
    assert not mirrored(hash_array([None])).any()


@pytest.mark.parametrize("noise", [0, 3])
def test_a_plain_picture_has_no_hash(noise):
    grey = np.random.default_rng(0).normal(120, noise, (480, 640, 3))
    assert picture_hash(Image.fromarray(grey.astype(np.uint8))) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (40, 30)])
def test_pictures_of_any_size_have_a_hash(size):
    found = picture_hash(scene(0, size))
    assert found is None if size == (1, 1) else len(found) == HASH_BYTES


def test_missing_hashes_are_zeros():
    array = hash_array([b"\x07" * HASH_BYTES, None])
    assert array.shape == (2, HASH_BYTES)
    assert array.dtype == np.uint8
    assert (array[0] == 7).all()
    assert not array[1].any()
    assert hash_array([]).shape == (0, HASH_BYTES)


def test_real_copies_are_found_and_nothing_else():
    if not REAL.is_dir():
        pytest.skip("the real pictures are not here")
    # People found three true copies among the first 3,000 pictures; these are two of the pairs.
    copies = {("im01195.jpg", "im02494.jpg"), ("im00265.jpg", "im02354.jpg")}
    names = sorted({name for pair in copies for name in pair})
    names += [path.name for path in sorted(REAL.iterdir())[1000:1100]]
    hashes = hash_array([picture_hash(Image.open(REAL / name)) for name in names])
    apart = np.bitwise_count(hashes[:, None] ^ hashes).sum(axis=2, dtype=int)
    near = {(names[i], names[j]) for i, j in np.argwhere(apart <= 40) if i < j}
    assert near == copies
