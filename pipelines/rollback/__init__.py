"""The former champion brought back."""

from pipelines.rollback.pipeline import create_pipeline

__all__ = ["create_pipeline"]
