"""Every ViTPose and ViTPose+ on timm's parts.

Names are loaded when they are first used: a configuration is read without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vitpose_plus.models.config import AttentionPattern, Task, ViTPoseConfig
    from vitpose_plus.models.sizes import SIZES, Size, SizeName
    from vitpose_plus.models.vitpose import ViTPose

_HOMES = {
    "SIZES": "sizes",
    "AttentionPattern": "config",
    "Size": "sizes",
    "SizeName": "sizes",
    "Task": "config",
    "ViTPose": "vitpose",
    "ViTPoseConfig": "config",
}

__all__ = [
    "SIZES",
    "AttentionPattern",
    "Size",
    "SizeName",
    "Task",
    "ViTPose",
    "ViTPoseConfig",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no {name!r}")
