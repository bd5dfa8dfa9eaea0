"""Folders of transformers' VitPose, in and out. Reading needs no transformers."""

from vitpose_plus.checkpoints.huggingface.config import is_huggingface
from vitpose_plus.checkpoints.huggingface.export import export_huggingface
from vitpose_plus.checkpoints.huggingface.read import read_huggingface

__all__ = ["export_huggingface", "is_huggingface", "read_huggingface"]
