"""MATLAB structs as scipy reads them, without the traps: [], chars, cells, single and array."""

from pathlib import Path
from typing import Any

import numpy as np

from vitpose_plus.errors import AnnotationError


def read_mat(path: Path, name: str) -> Any:
    """One variable of a .mat file.

    Raises:
        AnnotationError: no .mat file, or it lacks the variable.
    """
    from scipy.io import loadmat

    try:
        content = loadmat(path, variable_names=[name])
    except (OSError, ValueError, TypeError, NotImplementedError) as error:
        raise AnnotationError(f"{path}: cannot be read as a MATLAB file: {error}") from error
    if name not in content:
        raise AnnotationError(f"{path}: no variable {name!r}. Is it the official file?")
    return content[name]


def structs(value: Any) -> list[np.void]:
    """The structs in a field, be it one, an array, a cell array, [] or missing."""
    if isinstance(value, np.void):
        return [value]
    if not isinstance(value, np.ndarray):
        return []
    if value.dtype.names is not None:
        return list(value.ravel())
    if value.dtype == object:
        return [found for cell in value.ravel() for found in structs(cell)]
    return []


def struct(value: Any) -> np.void | None:
    """The one struct in a field, the first where there are several, None where there is none."""
    found = structs(value)
    return found[0] if found else None


def member(struct: np.void, name: str) -> Any:
    """A struct's field, None where the struct lacks it."""
    return struct[name] if name in (struct.dtype.names or ()) else None


def number(value: Any) -> float | None:
    """A field's one number: a scalar, or a char such as '1'. None where it is [] or missing."""
    while isinstance(value, np.ndarray):
        if value.size == 0:
            return None
        value = value.ravel()[0]
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def text(value: Any) -> str | None:
    """A field's text, None where it is [] or missing."""
    while isinstance(value, np.ndarray):
        if value.size == 0:
            return None
        value = value.ravel()[0]
    return None if value is None else str(value)
