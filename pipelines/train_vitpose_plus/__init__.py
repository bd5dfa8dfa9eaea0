"""Multi-task training with task experts."""

from pipelines.train_vitpose_plus.pipeline import create_pipeline

__all__ = ["create_pipeline"]
