"""Weights in and out: tensors and JSON, never pickled code."""

from vitpose_plus.checkpoints.backbone import LoadedBackbone, load_backbone
from vitpose_plus.checkpoints.huggingface.export import export_huggingface
from vitpose_plus.checkpoints.load import Inspection, inspect, load_model
from vitpose_plus.checkpoints.native import load_config, save_model
from vitpose_plus.checkpoints.onnx.export import export_onnx

__all__ = [
    "Inspection",
    "LoadedBackbone",
    "export_huggingface",
    "export_onnx",
    "inspect",
    "load_backbone",
    "load_config",
    "load_model",
    "save_model",
]
