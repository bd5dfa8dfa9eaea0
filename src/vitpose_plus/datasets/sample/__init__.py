"""A synthetic sample of all six data sets, written in their official raw layouts."""

from vitpose_plus.datasets.sample.config import ClipSizes, SampleConfig, SplitSizes
from vitpose_plus.datasets.sample.generate import generate_sample

__all__ = ["ClipSizes", "SampleConfig", "SplitSizes", "generate_sample"]
