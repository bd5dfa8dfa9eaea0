"""Weights in and out: tensors and JSON, never pickled code."""

from vitpose_plus.checkpoints.native import load_config, load_model, save_model

__all__ = ["load_config", "load_model", "save_model"]
