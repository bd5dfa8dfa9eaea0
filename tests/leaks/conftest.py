"""Splits of pictures with known likenesses."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from vitpose_plus.datasets.picture_hash import hash_array, picture_hash
from vitpose_plus.leaks import HashedPictures


def photograph(seed: int) -> Image.Image:
    """Clouds with the spectrum of a photograph; seed 0 is plain grey."""
    if seed == 0:
        return Image.new("RGB", (160, 120), (90, 90, 90))
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(120)[:, None], np.fft.fftfreq(160))
    phases = np.exp(2j * np.pi * rng.random((120, 160)))
    clouds = np.fft.ifft2(phases / np.maximum(frequency, 1 / 160)).real
    levels = np.interp(clouds, np.percentile(clouds, [1, 99]), [20, 230])
    return Image.fromarray(levels.astype(np.uint8)).convert("RGB")


@pytest.fixture
def make_split(tmp_path):
    """A split whose pictures show the given seeds: -3 is the mirrored picture 3."""

    def make(dataset: str, split: str, *seeds: int, folder: str | None = None) -> HashedPictures:
        where = tmp_path / (folder or f"{dataset}_{split}")
        where.mkdir(exist_ok=True)
        names = np.array([f"{dataset}-{seed}.jpg" for seed in seeds], dtype=object)
        for name, seed in zip(names, seeds, strict=True):
            picture = photograph(abs(seed))
            (ImageOps.mirror(picture) if seed < 0 else picture).save(where / name, quality=60)
        hashes = hash_array([picture_hash(Image.open(where / name)) for name in names])
        return HashedPictures(dataset, split, where, names, hashes)

    return make
