import math

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate1d

from vitpose_plus.heatmaps import HeatmapCodec, decode, encode

SIZES = {
    "256x192": HeatmapCodec((256, 192), (64, 48)),
    "384x288, sigma 3": HeatmapCodec((384, 288), (96, 72), 3.0),
    "128x96": HeatmapCodec((128, 96), (32, 24), 1.5),
    "64x48": HeatmapCodec((64, 48), (16, 12), 1.5),
    "smaller than a patch": HeatmapCodec((40, 28), (10, 7), 2.0),
}


def reference(heatmap, codec, blur):
    """DARK as UDP's code has it, in float64 and for one heatmap: x and y in input pixels."""
    reach = (blur - 1) // 2
    sigma = 0.3 * (reach - 1) + 0.8  # OpenCV's.
    kernel = np.array([math.exp(-(i**2) / (2 * sigma**2)) for i in range(-reach, reach + 1)])
    smooth = heatmap
    for axis in (0, 1):
        smooth = correlate1d(smooth, kernel / kernel.sum(), axis, mode="mirror")
    logs = np.log(np.clip(smooth, 0.001, 50))
    y, x = np.unravel_index(np.argmax(heatmap), heatmap.shape)

    def at(dx, dy):
        row = min(max(y + dy, 0), heatmap.shape[0] - 1)
        return logs[row, min(max(x + dx, 0), heatmap.shape[1] - 1)]

    gradient = np.array([at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1)]) / 2
    dxx = at(1, 0) - 2 * at(0, 0) + at(-1, 0)
    dyy = at(0, 1) - 2 * at(0, 0) + at(0, -1)
    dxy = (at(1, 1) - at(1, 0) - at(0, 1) + 2 * at(0, 0) - at(-1, 0) - at(0, -1) + at(-1, -1)) / 2
    step = -np.linalg.solve([[dxx, dxy], [dxy, dyy]], gradient)
    (rows, columns), (height, width) = heatmap.shape, codec.input_size
    stride = np.array([(width - 1) / (columns - 1), (height - 1) / (rows - 1)])
    return (np.array([x, y]) + np.clip(step, -3, 3)) * stride


def noisy(codec, shape, seed=0):
    """Heatmaps [B, K, h, w] of keypoints anywhere in the input, corners too, with noise."""
    torch.manual_seed(seed)
    height, width = codec.input_size
    keypoints = torch.rand(*shape, 2) * torch.tensor([width - 1.0, height - 1.0])
    keypoints[0, :3] = torch.tensor([[0.0, 0.0], [width - 1.0, 0.0], [1.0, height - 2.0]])
    heatmaps, _ = encode(keypoints, torch.full(shape, 2), codec)
    strength = torch.rand(*shape, 1, 1) * 0.8 + 0.2
    return heatmaps * strength + torch.rand_like(heatmaps) * 0.02


@pytest.mark.parametrize("name", SIZES)
def test_it_equals_a_float64_reference_to_a_thousandth_of_a_pixel(name):
    codec = SIZES[name]
    heatmaps = noisy(codec, (4, 17))
    keypoints, scores = decode(heatmaps, codec)
    for i, k in np.ndindex(4, 17):
        heatmap = heatmaps[i, k].double().numpy()
        expected = reference(heatmap, codec, codec.blur)
        np.testing.assert_allclose(keypoints[i, k].numpy(), expected, atol=1e-3)
        assert scores[i, k].item() == np.float32(heatmap.max())


def test_the_smoothings_width_can_be_chosen():
    codec = SIZES["256x192"]
    heatmaps = noisy(codec, (1, 17))
    found = {blur: decode(heatmaps, codec, blur=blur)[0][0].numpy() for blur in (11, 17)}
    for blur, keypoints in found.items():
        for k, heatmap in enumerate(heatmaps[0].double().numpy()):
            np.testing.assert_allclose(keypoints[k], reference(heatmap, codec, blur), atol=1e-3)
    assert np.abs(found[11] - found[17]).max() > 0.01


def quarter(heatmap):
    """HRNet's code for one heatmap, in words of its own: heatmap pixels."""
    rows, columns = heatmap.shape
    y, x = divmod(int(np.argmax(heatmap)), columns)
    if not (1 < x < columns - 1 and 1 < y < rows - 1):
        return x, y
    right = np.sign(heatmap[y, x + 1] - heatmap[y, x - 1])
    below = np.sign(heatmap[y + 1, x] - heatmap[y - 1, x])
    return x + right / 4, y + below / 4


def test_a_quarter_of_a_pixel_towards_the_higher_neighbour_is_the_other_refinement():
    codec = SIZES["256x192"]
    heatmaps = noisy(codec, (3, 40))
    keypoints, _ = decode(heatmaps, codec, refinement="quarter")
    expected = [[quarter(heatmap) for heatmap in sample.numpy()] for sample in heatmaps]
    found = keypoints / codec.stride()
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)
    assert len({(4 * x) % 4 for x in found[..., 0].flatten().tolist()}) > 1


@pytest.mark.parametrize("refinement", ["dark", "quarter"])
@pytest.mark.parametrize("shape", [(0, 17), (2, 133)])
def test_batches_of_none_and_skeletons_of_many_keypoints_keep_their_shape(shape, refinement):
    codec = SIZES["128x96"]
    keypoints, scores = decode(torch.rand(*shape, 32, 24), codec, refinement=refinement)
    assert keypoints.shape == (*shape, 2)
    assert scores.shape == shape


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_floating_types_are_decoded_as_their_float32_values(dtype):
    codec = SIZES["128x96"]
    heatmaps = noisy(codec, (2, 17)).to(dtype)
    for found, expected in zip(
        decode(heatmaps, codec), decode(heatmaps.float(), codec), strict=True
    ):
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, expected)


def test_mixed_precision_around_it_takes_nothing_from_the_digits():
    codec = SIZES["128x96"]
    heatmaps = noisy(codec, (2, 17))
    with torch.autocast("cpu", torch.bfloat16):
        found, _ = decode(heatmaps, codec)
    assert torch.equal(found, decode(heatmaps, codec)[0])


def test_a_keypoint_does_not_depend_on_the_others_in_its_batch():
    codec = SIZES["256x192"]
    heatmaps = noisy(codec, (3, 17))
    together, _ = decode(heatmaps, codec)
    for i, k in ((0, 0), (1, 16), (2, 5)):
        alone, _ = decode(heatmaps[i : i + 1, k : k + 1], codec)
        torch.testing.assert_close(alone[0, 0], together[i, k], atol=1e-4, rtol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_decodes_the_same():
    codec = SIZES["256x192"]
    heatmaps = noisy(codec, (4, 17))
    found, _ = decode(heatmaps.cuda(), codec)
    torch.testing.assert_close(found.cpu(), decode(heatmaps, codec)[0], atol=1e-3, rtol=0)
