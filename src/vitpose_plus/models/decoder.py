"""From features to heatmaps."""

import math

from torch import Tensor, nn

from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.normalisation import BatchNorm


class ClassicDecoder(nn.Module):
    """2 x (transposed convolution k4 s2 p1, BatchNorm, ReLU), then a 1x1 convolution.

    One transposed convolution where features come at 1/8. Source: Xiao et al. 2018; official
    config `*_coco_256x192.py`. Parameter names are the official ones. In training its BatchNorms
    see only the features of its own task's samples, as they do when it serves that task alone;
    the official code shows them all tasks'. Of a batch without such a sample they learn nothing.
    """

    def __init__(self, width: int, filters: int, keypoints: int, upsampling: int = 4) -> None:
        super().__init__()
        stages = [_doubling(i, o) for i, o in _channels(width, filters, upsampling)]
        self.deconv_layers = nn.Sequential(*(layer for stage in stages for layer in stage))
        self.final_layer = nn.Conv2d(filters, keypoints, 1)
        _initialise(self)

    def forward(self, features: Tensor) -> Tensor:
        """features [B, C, h, w] -> heatmaps [B, K, 4h, 4w]."""
        return self.final_layer(self.deconv_layers(features))


class SimpleDecoder(nn.Module):
    """ReLU, bilinear upsampling, then a 3x3 convolution (official `*_simple_coco_256x192.py`)."""

    def __init__(self, width: int, keypoints: int, upsampling: int = 4) -> None:
        super().__init__()
        self.act = nn.ReLU()
        self.upsample = nn.Upsample(scale_factor=upsampling, mode="bilinear")
        self.final_layer = nn.Conv2d(width, keypoints, 3, padding=1)
        _initialise(self)

    def forward(self, features: Tensor) -> Tensor:
        """features [B, C, h, w] -> heatmaps [B, K, 4h, 4w]."""
        return self.final_layer(self.upsample(self.act(features)))


AnyDecoder = ClassicDecoder | SimpleDecoder


def build_decoder(config: ViTPoseConfig, keypoints: int) -> AnyDecoder:
    """The decoder of one task."""
    size = config.dimensions
    if config.decoder == "simple":
        return SimpleDecoder(size.width, keypoints, config.upsampling)
    return ClassicDecoder(size.width, size.decoder_width, keypoints, config.upsampling)


def _channels(width: int, filters: int, upsampling: int) -> list[tuple[int, int]]:
    """(in, out) channels of each doubling."""
    return [(filters if i else width, filters) for i in range(int(math.log2(upsampling)))]


def _doubling(channels: int, filters: int) -> tuple[nn.Module, ...]:
    up = nn.ConvTranspose2d(channels, filters, 4, stride=2, padding=1, bias=False)
    return up, BatchNorm(filters), nn.ReLU(inplace=True)


def _initialise(decoder: AnyDecoder) -> None:
    """As the official `init_weights` does."""
    for module in decoder.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, std=0.001)
    nn.init.zeros_(decoder.final_layer.bias)  # type: ignore[arg-type]
