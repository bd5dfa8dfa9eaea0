"""Training pictures that look like held-out ones: found, shown, and left out if asked."""

from vitpose_plus.leaks.check import check_leaks, why_stale
from vitpose_plus.leaks.concern import Concern, concerning, refuse
from vitpose_plus.leaks.find import find_leaks
from vitpose_plus.leaks.hashed import HashedPictures, Picture
from vitpose_plus.leaks.pairs import Leak, LeakPairs
from vitpose_plus.leaks.settings import Leaks
from vitpose_plus.leaks.summary import Leakage

__all__ = [
    "Concern",
    "HashedPictures",
    "Leak",
    "LeakPairs",
    "Leakage",
    "Leaks",
    "Picture",
    "check_leaks",
    "concerning",
    "find_leaks",
    "refuse",
    "why_stale",
]
