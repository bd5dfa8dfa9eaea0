"""Masked auto-encoding, before any pose is learned."""

from pipelines.pretrain_mae.pipeline import create_pipeline

__all__ = ["create_pipeline"]
