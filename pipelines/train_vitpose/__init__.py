"""Training of one data set."""

from pipelines.train_vitpose.pipeline import create_pipeline

__all__ = ["create_pipeline"]
