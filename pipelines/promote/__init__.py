"""From an evaluated model to the champion that is served."""

from pipelines.promote.pipeline import create_pipeline

__all__ = ["create_pipeline"]
