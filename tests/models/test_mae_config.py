import subprocess
import sys

import pytest
from pydantic import ValidationError

from vitpose_plus.models import SIZES
from vitpose_plus.models.mae_config import MAEConfig


def test_the_defaults_are_the_published_decoder_and_mask():
    config = MAEConfig(size="b")
    assert (config.decoder_width, config.decoder_depth, config.decoder_heads) == (512, 8, 16)
    assert config.mask_ratio == 0.75
    assert config.normalise_pixels
    assert config.dimensions is SIZES["b"]
    assert config.grid == (16, 12)
    assert (config.patches, config.visible) == (192, 48)


@pytest.mark.parametrize(("ratio", "visible"), [(0.75, 12), (0.6, 19), (0.9, 4), (0.5, 24)])
def test_the_visible_patches_are_rounded_down(ratio, visible):
    assert MAEConfig(size="s", input_size=(128, 96), mask_ratio=ratio).visible == visible


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"size": "g"}, "take a size without"),
        ({"decoder_width": 500}, "multiple of 4 and of decoder_heads"),
        ({"decoder_width": 18, "decoder_heads": 2}, "multiple of 4"),
        ({"input_size": (32, 32), "mask_ratio": 0.9}, "leaves 0 of 4 patches"),
        ({"mask_ratio": 1.0}, "mask_ratio"),
        ({"masking": 0.75}, "masking"),
    ],
)
def test_what_cannot_be_built_is_refused(fields, said):
    with pytest.raises(ValidationError, match=said):
        MAEConfig(**({"size": "s"} | fields))


def test_a_configuration_is_read_without_torch():
    code = "import sys, vitpose_plus.models.mae_config; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
