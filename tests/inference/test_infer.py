import pytest
import torch

from vitpose_plus.geometry import normalise
from vitpose_plus.heatmaps import decode
from vitpose_plus.inference.infer import infer


@pytest.mark.parametrize("sigma", [1.5, 3.0])
def test_heatmaps_are_smoothed_as_wide_as_the_model_draws_them(make_model, sigma):
    model = make_model("coco", sigma=sigma).eval()
    usual = make_model("coco").eval()
    usual.load_state_dict(model.state_dict())
    pictures = torch.randint(0, 256, (4, 64, 48, 3), dtype=torch.uint8)
    tasks = torch.zeros(4, dtype=torch.long)
    found, _ = infer(model, pictures, tasks, flip=False)
    with torch.no_grad():
        heatmaps = model(normalise(pictures), "coco")
    expected, _ = decode(heatmaps, model.config.codec)
    torch.testing.assert_close(found, expected)
    assert not torch.allclose(found, infer(usual, pictures, tasks, flip=False)[0])
