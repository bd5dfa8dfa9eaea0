"""Knowledge-token distillation."""

from pipelines.distill.pipeline import create_pipeline

__all__ = ["create_pipeline"]
