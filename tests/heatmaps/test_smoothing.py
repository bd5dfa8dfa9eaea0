import cv2
import numpy as np
import pytest
import torch

from vitpose_plus.heatmaps.smoothing import smooth_around


@pytest.mark.parametrize("size", [(64, 48), (16, 12), (5, 9), (2, 3), (1, 4)])
@pytest.mark.parametrize("blur", [11, 17, 25])
def test_it_is_opencvs_whole_map_seen_around_every_pixel(size, blur):
    heatmap = torch.rand(size)
    y, x = (place.flatten() for place in torch.meshgrid(*map(torch.arange, size), indexing="ij"))
    found = smooth_around(heatmap.expand(len(x), *size), x, y, blur)
    whole = cv2.GaussianBlur(heatmap.numpy(), (blur, blur), 0)
    bordered = np.pad(whole, 1, mode="edge")
    for i, (row, column) in enumerate(zip(y, x, strict=True)):
        expected = bordered[row : row + 3, column : column + 3]
        np.testing.assert_allclose(found[i].numpy(), expected, atol=1e-6)
