"""Every ViTPose and ViTPose+ on timm's parts."""

from vitpose_plus.models.config import AttentionPattern, Task, ViTPoseConfig
from vitpose_plus.models.freezing import Freeze, freeze
from vitpose_plus.models.sizes import SIZES, Size, SizeName
from vitpose_plus.models.vitpose import ViTPose

__all__ = [
    "SIZES",
    "AttentionPattern",
    "Freeze",
    "Size",
    "SizeName",
    "Task",
    "ViTPose",
    "ViTPoseConfig",
    "freeze",
]
