"""How tensors differ from those that a model wants, told on one screen."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from torch import Tensor

from vitpose_plus.errors import CheckpointError

_SHOWN = 10
_KINDS = 40
_NUMBER = re.compile(r"\d{1,9}")


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Begin the message of a CheckpointError with the file it is about."""
    try:
        yield
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error


def differences(
    found: Mapping[str, Tensor],
    wanted: Mapping[str, Tensor],
    their_name: Callable[[str], str] = str,
) -> str:
    """What is missing, unexpected or of another shape or kind; empty where nothing is.

    Args:
        found: tensors by our names.
        wanted: the model's.
        their_name: the name that a reader of the file knows.
    """
    common = sorted(wanted.keys() & found.keys())
    reshaped = [
        f"{their_name(name)} {list(found[name].shape)} for {list(wanted[name].shape)}"
        for name in common
        if found[name].shape != wanted[name].shape
    ]
    # Integers of a quantised model would load and mean nothing.
    retyped = [
        f"{their_name(name)} {found[name].dtype} for {wanted[name].dtype}"
        for name in common
        if found[name].is_floating_point() != wanted[name].is_floating_point()
    ]
    parts = (
        ("missing", [their_name(name) for name in sorted(wanted.keys() - found.keys())]),
        ("unexpected", [their_name(name) for name in sorted(found.keys() - wanted.keys())]),
        ("of another shape", reshaped),
        ("of another kind", retyped),
    )
    return "; ".join(f"{what} ({len(names)}): {every(names)}" for what, names in parts if names)


def every(names: list[str]) -> str:
    """All names on few lines: those that differ in their numbers alone are written as one.

    `blocks.{0-11}.norm1.bias` are twelve. Of more than forty kinds the first are shown.
    """
    kinds: dict[str, list[list[int]]] = {}
    for name in names:
        kinds.setdefault(_NUMBER.sub("#", name), []).append([*map(int, _NUMBER.findall(name))])
    written = [_with_ranges(kind, numbers) for kind, numbers in kinds.items()]
    more = len(written) - _KINDS
    return ", ".join(written[:_KINDS]) + (f" and {more} other kinds" if more > 0 else "")


def _with_ranges(kind: str, numbers: list[list[int]]) -> str:
    places = iter(sorted(set(place)) for place in zip(*numbers, strict=True))
    parts = kind.split("#")
    return parts[0] + "".join(f"{_range(next(places))}{part}" for part in parts[1:])


def _range(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return str(numbers[0])
    if numbers == [*range(numbers[0], numbers[-1] + 1)]:
        return f"{{{numbers[0]}-{numbers[-1]}}}"
    return f"{{{','.join(map(str, numbers))}}}"


def cut(names: list[str]) -> str:
    """The first ten, and how many more."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
