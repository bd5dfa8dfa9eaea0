"""The affine without any rounding, by PyTorch's sampler in float64: what `crop` is held against."""

import numpy as np
import torch
from torch.nn import functional as F

from vitpose_plus.geometry import crop, invert, transform_points, udp_affine, view_of_box


def exact_crop(picture: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What `crop` would return if pixels were not whole numbers: [h, w, 3] float64."""
    height, width = size
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    ends = np.maximum(np.array(picture.shape[1::-1]) - 1, 1)
    grid = torch.tensor(transform_points(places, invert(matrix)) * 2 / ends - 1)[None]
    pixels = torch.tensor(picture).permute(2, 0, 1)[None].double()
    return F.grid_sample(pixels, grid, align_corners=True)[0].permute(1, 2, 0).numpy()


def on_noise(size: tuple[int, int]) -> str:
    """How far `crop` is from it where neighbouring pixels differ most, in words."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    found = []
    for _ in range(100):
        box = (*rng.uniform(0, 400, 2), *rng.uniform(20, 400, 2))
        matrix = udp_affine(view_of_box(box, size), size)
        found.append(np.abs(crop(noise, matrix, size) - exact_crop(noise, matrix, size)))
    return levels(found)


def levels(differences: list[np.ndarray]) -> str:
    """In words."""
    most = max(float(one.max()) for one in differences)
    mean = np.mean([one.mean() for one in differences])
    return f"{most:.2f} grey levels at most, {mean:.3f} in the mean"
