"""Keypoints to heatmaps and back, and flipping."""

from vitpose_plus.heatmaps.codec import HeatmapCodec
from vitpose_plus.heatmaps.decode import decode
from vitpose_plus.heatmaps.encode import encode
from vitpose_plus.heatmaps.flip import unflip

__all__ = ["HeatmapCodec", "decode", "encode", "unflip"]
