"""Names that archives and object stores give, made safe to put below a folder."""

import os
import re

_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MAX_PART_BYTES = 255
"""What file systems allow for one part of a path."""


class UnsafeName(ValueError):
    """A name that may lead out of its folder, or that no file can have."""


def relative_name(name: str) -> str:
    """Turn a member's or a key's name into a path below a folder, parts joined by `/`.

    `./` and a trailing slash fall away; `""` is the folder itself. Names are refused, never
    mended: a `../` that is cut off would put a file where nobody meant it to be.

    Raises:
        UnsafeName: it is absolute, goes up, or holds what a file name must not.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith(("/", "\\")) or any(_DRIVE.match(part) for part in parts[:1]):
        raise UnsafeName("is an absolute path")
    if "\\" in name:
        raise UnsafeName("has a backslash")
    if _CONTROL.search(name):
        raise UnsafeName("has a control character")
    if ".." in parts:
        raise UnsafeName("leads to a parent folder")
    if any(len(os.fsencode(part)) > MAX_PART_BYTES for part in parts):
        raise UnsafeName(f"has a part of more than {MAX_PART_BYTES} bytes")
    return "/".join(parts)
