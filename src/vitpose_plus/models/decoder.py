"""The classic decoder: two upsampling convolutions and one heatmap a keypoint."""

from torch import Tensor, nn


class ClassicDecoder(nn.Module):
    """2 x (transposed convolution k4 s2 p1, BatchNorm, ReLU), then a 1x1 convolution.

    Source: Xiao et al. 2018; official config `*_coco_256x192.py`. Parameter names are the
    official ones. In training its BatchNorms see only the features of its own task's samples,
    as they do when it serves that task alone; the official code shows them all tasks'.
    """

    def __init__(self, width: int, filters: int, keypoints: int) -> None:
        super().__init__()
        self.deconv_layers = nn.Sequential(
            nn.ConvTranspose2d(width, filters, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(filters, filters, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(inplace=True),
        )
        self.final_layer = nn.Conv2d(filters, keypoints, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(module.weight, std=0.001)
        nn.init.zeros_(self.final_layer.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        """features [B, C, h, w] -> heatmaps [B, K, 4h, 4w]."""
        return self.final_layer(self.deconv_layers(features))
