"""Training pictures that look like held-out ones."""

from pipelines.check_leaks.pipeline import create_pipeline

__all__ = ["create_pipeline"]
