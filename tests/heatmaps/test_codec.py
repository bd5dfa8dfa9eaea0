import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.heatmaps import HeatmapCodec, decode, encode, unflip
from vitpose_plus.skeletons import COCO

OFFICIAL = HeatmapCodec((256, 192), (64, 48))
SMALL = HeatmapCodec((128, 96), (32, 24))


def one(x, y):
    return torch.tensor([[[x, y]]], dtype=torch.float32)


@given(st.floats(30, 161), st.floats(30, 225))
def test_a_keypoint_inside_comes_back_to_a_hundredth_of_a_pixel(x, y):
    heatmaps, _ = encode(one(x, y), torch.tensor([[2]]), OFFICIAL)
    keypoints, scores = decode(heatmaps, OFFICIAL)
    assert keypoints[0, 0].tolist() == pytest.approx([x, y], abs=0.01)
    assert 0.9 < scores.item() <= 1


@given(st.floats(0, 191), st.floats(0, 255))
def test_a_keypoint_at_the_border_comes_back_within_two_heatmap_pixels(x, y):
    heatmaps, _ = encode(one(x, y), torch.tensor([[1]]), OFFICIAL)
    keypoints, _ = decode(heatmaps, OFFICIAL)
    assert keypoints[0, 0].tolist() == pytest.approx([x, y], abs=8)


def brute_force(x, y, codec):
    """UDP's Gaussian written as its definition, pixel by pixel."""
    rows, columns = codec.heatmap_size
    sx, sy = (codec.input_size[1] - 1) / (columns - 1), (codec.input_size[0] - 1) / (rows - 1)
    heatmap = np.zeros((rows, columns))
    reach = int(3 * codec.sigma)
    for row in range(rows):
        for column in range(columns):
            near = max(abs(column - np.floor(x / sx + 0.5)), abs(row - np.floor(y / sy + 0.5)))
            if near <= reach:
                squared = (column - x / sx) ** 2 + (row - y / sy) ** 2
                heatmap[row, column] = np.exp(-squared / (2 * codec.sigma**2))
    return heatmap


@settings(max_examples=20)
@given(st.floats(-20, 115), st.floats(-20, 147))
def test_encoding_equals_the_definition(x, y):
    heatmaps, weights = encode(one(x, y), torch.tensor([[2]]), SMALL)
    expected = brute_force(x, y, SMALL)
    np.testing.assert_allclose(heatmaps[0, 0].numpy(), expected, atol=1e-5)
    assert bool(weights[0, 0]) == bool(expected.any())


def test_an_unlabelled_keypoint_has_no_weight_and_no_peak():
    heatmaps, weights = encode(one(50, 50), torch.tensor([[0]]), SMALL)
    assert not heatmaps.any()
    assert not weights.any()


def test_flat_and_noisy_heatmaps_give_finite_keypoints_near_the_grid():
    for heatmaps in (torch.zeros(1, 2, 32, 24), torch.randn(4, 17, 32, 24)):
        keypoints, _ = decode(heatmaps, SMALL)
        assert keypoints.isfinite().all()
        assert (keypoints > -20).all()
        assert (keypoints < 150).all()


def test_a_mirrored_pose_comes_back_mirrored():
    keypoints = torch.rand(2, 17, 2) * torch.tensor([60.0, 90.0]) + 18
    visible = torch.full((2, 17), 2)
    flip = COCO.flip_index()
    mirrored = keypoints[:, flip].clone()
    mirrored[..., 0] = 95 - mirrored[..., 0]
    expected, _ = encode(keypoints, visible, SMALL)
    found, _ = encode(mirrored, visible, SMALL)
    torch.testing.assert_close(unflip(found, flip), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("codec", [OFFICIAL, SMALL, HeatmapCodec((576, 432), (144, 108), 3.0)])
def test_every_offset_between_the_pixels_comes_back_within_a_tenth_of_a_heatmap_pixel(codec):
    """Anywhere but two sigma from the border, where DARK's smoothing sees a cut-off Gaussian."""
    rows, columns = codec.heatmap_size
    rng = np.random.default_rng(0)
    first = int(2 * codec.sigma) + 1
    corner = rng.integers(first, (columns - first, rows - first), (441, 2))
    offsets = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, 21)] * 2), axis=-1).reshape(-1, 2)
    peaks = torch.tensor(corner + offsets, dtype=torch.float32)
    keypoints = (peaks * codec.stride())[None]
    heatmaps, weights = encode(keypoints, torch.full((1, 441), 2), codec)
    found, _ = decode(heatmaps, codec)
    assert weights.all()
    assert ((found - keypoints) / codec.stride()).abs().max() < 0.1


def test_flipping_heatmaps_twice_is_the_identity():
    heatmaps = torch.rand(2, 17, 32, 24)
    flip = COCO.flip_index()
    assert torch.equal(unflip(unflip(heatmaps, flip), flip), heatmaps)
    assert not torch.equal(unflip(heatmaps, flip), heatmaps)


@pytest.mark.parametrize(("sigma", "width"), [(2.0, 11), (3.0, 17), (1.5, 7), (0.1, 3)])
def test_the_smoothing_is_as_wide_as_the_official_recipes_have_it_for_a_sigma(sigma, width):
    assert HeatmapCodec((256, 192), (64, 48), sigma).blur == width
