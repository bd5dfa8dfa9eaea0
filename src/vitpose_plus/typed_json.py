"""What a step did, as a settings class in a JSON file: written whole, read back or refused."""

from pathlib import Path
from typing import Any, TypeVar

from vitpose_plus.errors import VitposeError
from vitpose_plus.replacement import replacing_file

T = TypeVar("T")


def write_typed(content: Any, path: Path) -> None:
    """Write a settings object to a temporary name, then rename."""
    from pydantic import TypeAdapter

    text = TypeAdapter(type(content)).dump_json(content, indent=2)
    with replacing_file(path) as part:
        part.write_bytes(text + b"\n")


def read_typed(
    kind: type[T], path: Path, *, error: type[VitposeError], absent: str, stale: str
) -> T:
    """Read what `write_typed` wrote.

    Args:
        kind: the settings class.
        path: the file.
        error: raised where it cannot be read.
        absent: the mend where there is no such file.
        stale: what the file is not, and the mend, where it does not fit the class.
    """
    from pydantic import TypeAdapter, ValidationError

    if not path.is_file():
        raise error(f"{path}: no such file. {absent}")
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except ValidationError as cause:
        raise error(f"{path}: {stale}.\n{cause}") from cause
