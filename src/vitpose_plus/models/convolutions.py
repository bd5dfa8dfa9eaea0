"""ViTAE's parallel convolution module."""

from torch import Tensor, nn

KERNEL = 3
CHANNELS_A_GROUP = 4
EXPANSION = 4


class ParallelConvolutions(nn.Module):
    """Two grouped convolutions beside a block's attention: what ViTAE adds to a ViT.

    Convolution, BatchNorm, SiLU, convolution, four input channels a group, four times as wide
    inside (Xu et al. 2021, ViTAE, section 3.3, in the form that ViTAEv2, Zhang et al. 2023,
    scales up). With a kernel of 3 it adds 12 M parameters to ViT-H: the published 644 M.
    """

    def __init__(self, width: int, grid: tuple[int, int]) -> None:
        super().__init__()
        self.grid = grid
        groups, hidden = width // CHANNELS_A_GROUP, EXPANSION * width
        self.layers = nn.Sequential(
            nn.Conv2d(width, hidden, KERNEL, padding=KERNEL // 2, groups=groups),
            nn.BatchNorm2d(hidden),
            nn.SiLU(inplace=True),
            nn.Conv2d(hidden, width, KERNEL, padding=KERNEL // 2, groups=groups),
        )

    def forward(self, x: Tensor) -> Tensor:
        """x [B, N, C] -> [B, N, C]."""
        picture = x.transpose(1, 2).unflatten(2, self.grid)
        return self.layers(picture).flatten(2).transpose(1, 2)
