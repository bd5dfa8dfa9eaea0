"""What one evaluated model has over another."""

from pipelines.compare.pipeline import create_pipeline

__all__ = ["create_pipeline"]
