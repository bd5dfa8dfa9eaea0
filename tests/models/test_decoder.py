import pytest
import torch
from torch.nn import functional as F

from vitpose_plus.models.decoder import ClassicDecoder, SimpleDecoder


@pytest.mark.parametrize(("upsampling", "doublings"), [(4, 2), (2, 1)])
def test_heatmaps_are_so_many_times_finer(upsampling, doublings):
    features = torch.randn(2, 8, 4, 3)
    classic = ClassicDecoder(8, 6, 5, upsampling)
    simple = SimpleDecoder(8, 5, upsampling)
    assert (
        classic(features).shape == simple(features).shape == (2, 5, 4 * upsampling, 3 * upsampling)
    )
    names = {name.split(".")[1] for name, _ in classic.named_parameters() if "deconv" in name}
    assert names == {str(3 * d + i) for d in range(doublings) for i in (0, 1)}


def test_the_simple_decoder_rectifies_enlarges_and_convolves():
    decoder = SimpleDecoder(8, 5)
    features = torch.randn(2, 8, 4, 3)
    enlarged = F.interpolate(features.clamp(min=0), scale_factor=4, mode="bilinear")
    expected = F.conv2d(enlarged, decoder.final_layer.weight, decoder.final_layer.bias, padding=1)
    torch.testing.assert_close(decoder(features), expected)


def test_weights_start_as_in_the_official_decoder():
    decoder = ClassicDecoder(64, 32, 17)
    for layer in (decoder.deconv_layers[0], decoder.deconv_layers[3], decoder.final_layer):
        assert layer.weight.std().item() == pytest.approx(0.001, rel=0.1)
    assert not decoder.final_layer.bias.any()
    assert torch.equal(decoder.deconv_layers[1].weight, torch.ones(32))
