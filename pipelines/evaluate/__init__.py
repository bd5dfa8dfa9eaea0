"""Scoring a trained model on held-out pictures."""

from pipelines.evaluate.pipeline import create_pipeline

__all__ = ["create_pipeline"]
