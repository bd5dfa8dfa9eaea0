"""Where data comes from: local folders, archives and S3, brought to a folder, checked."""

from vitpose_plus.storage.obtain import Obtained, obtain
from vitpose_plus.storage.origin import Origin
from vitpose_plus.storage.settings import S3Access, UnpackLimits

__all__ = ["Obtained", "Origin", "S3Access", "UnpackLimits", "obtain"]
