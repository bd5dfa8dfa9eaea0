"""A synthetic sample of the data sets, written in their official raw layouts."""

from vitpose_plus.datasets.sample.config import (
    ClipSizes,
    SampleConfig,
    SplitSizes,
    ThreeSplitSizes,
    ViewSizes,
)
from vitpose_plus.datasets.sample.generate import generate_sample

__all__ = [
    "ClipSizes",
    "SampleConfig",
    "SplitSizes",
    "ThreeSplitSizes",
    "ViewSizes",
    "generate_sample",
]
