"""ViTPose and ViTPose+ on timm's parts."""

from vitpose_plus.models.config import SIZES, Size, Task, ViTPoseConfig
from vitpose_plus.models.vitpose import ViTPose

__all__ = ["SIZES", "Size", "Task", "ViTPose", "ViTPoseConfig"]
