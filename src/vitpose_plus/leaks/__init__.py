"""Training pictures that look like held-out ones: found, shown, and left out if asked."""

from vitpose_plus.leaks.check import check_leaks
from vitpose_plus.leaks.files import excluded_pictures
from vitpose_plus.leaks.find import Leak, find_leaks
from vitpose_plus.leaks.hashed import HashedPictures, Picture
from vitpose_plus.leaks.settings import Leaks
from vitpose_plus.leaks.summary import Leakage

__all__ = [
    "HashedPictures",
    "Leak",
    "Leakage",
    "Leaks",
    "Picture",
    "check_leaks",
    "excluded_pictures",
    "find_leaks",
]
