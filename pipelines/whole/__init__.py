"""Everything from raw data to a distilled student, in one run."""

from pipelines.whole.pipeline import create_pipeline

__all__ = ["create_pipeline"]
