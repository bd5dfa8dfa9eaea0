"""People cut out for training, once."""

from pipelines.cut_crops.pipeline import create_crops_pipeline, create_pipeline

__all__ = ["create_crops_pipeline", "create_pipeline"]
