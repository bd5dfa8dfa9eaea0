"""ONNX files, out."""

from vitpose_plus.checkpoints.onnx.export import export_onnx

__all__ = ["export_onnx"]
