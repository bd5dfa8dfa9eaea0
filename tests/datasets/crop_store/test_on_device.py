import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.datasets.crop_store.on_device import decode_jpegs, warp
from vitpose_plus.geometry import View, crop, udp_affine

SIZE = (96, 72)
CPU = torch.device("cpu")
RNG = np.random.default_rng(0)
NOISE = [
    RNG.integers(0, 255, (height, width, 3), np.uint8) for height, width in ((90, 130), (5, 1))
]


def planes(picture):
    return torch.from_numpy(picture).permute(2, 0, 1)


views = st.builds(
    View,
    st.tuples(st.floats(-30, 160), st.floats(-30, 120)),
    st.tuples(st.floats(20, 300), st.floats(20, 300)),
    st.floats(-180, 180),
    st.booleans(),
)


@settings(deadline=None)
@given(views, views)
def test_warping_equals_opencv_s_within_one_grey_level(one, other):
    matrices = np.stack([udp_affine(view, SIZE) for view in (one, other)])
    found = warp([planes(picture) for picture in NOISE], torch.from_numpy(matrices), SIZE)
    assert found.dtype == torch.uint8
    for picture, matrix, view in zip(NOISE, matrices, found, strict=True):
        expected = crop(picture, matrix, SIZE)
        assert np.abs(expected.astype(int) - view.numpy()).max() <= 1


def test_decoding_equals_opencv_s():
    pictures = [cv2.GaussianBlur(picture, (5, 5), 2) for picture in NOISE]
    coded = [cv2.imencode(".jpg", picture)[1] for picture in pictures]
    found = decode_jpegs([torch.from_numpy(jpeg) for jpeg in coded], CPU)
    for jpeg, picture in zip(coded, found, strict=True):
        expected = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[..., ::-1]
        assert np.abs(expected.astype(int) - picture.permute(1, 2, 0).numpy()).max() <= 1


@pytest.mark.filterwarnings("error::DeprecationWarning")
def test_decoding_says_nothing_of_its_successor():
    decode_jpegs([torch.from_numpy(cv2.imencode(".jpg", NOISE[0])[1])], CPU)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
def test_a_graphics_card_draws_what_the_cpu_draws():
    device = torch.device("cuda")
    smooth = cv2.GaussianBlur(NOISE[0], (9, 9), 4)
    jpeg = torch.from_numpy(cv2.imencode(".jpg", smooth)[1])
    matrix = torch.from_numpy(udp_affine(View((60.0, 40.0), (80.0, 100.0), 30), SIZE))[None]
    here, there = (warp(decode_jpegs([jpeg], where), matrix, SIZE).cpu() for where in (CPU, device))
    assert (here.int() - there.int()).abs().max() <= 4
