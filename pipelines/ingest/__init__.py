"""Official layouts to checked tables."""

from pipelines.ingest.pipeline import (
    create_missing_tables_pipeline,
    create_pipeline,
    create_sample_pipeline,
)

__all__ = ["create_missing_tables_pipeline", "create_pipeline", "create_sample_pipeline"]
