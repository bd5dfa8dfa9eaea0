"""From Kedro's dictionaries to `Parameters`, with errors that name the file and the key."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf.errors import OmegaConfBaseException
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError
from yaml.parser import ParserError

from pipelines.parameters import Parameters
from vitpose_plus.errors import ConfigurationError

Key = tuple[str, ...]


def read_parameters(loader: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters, merged, from Kedro's loader.

    Raises:
        ConfigurationError: a file is no YAML, or names an environment variable that is not set.
    """
    try:
        return loader["parameters"]
    except (OmegaConfBaseException, ParserError) as error:
        raise ConfigurationError(f"The configuration cannot be read: {error}") from error


def check_parameters(raw: Mapping[str, Any], folders: Iterable[Path]) -> Parameters:
    """Validate all parameters at once.

    Args:
        raw: merged parameters, as Kedro's loader gives them.
        folders: the configuration folders that they came from, the strongest last.

    Raises:
        ConfigurationError: each unknown, missing or unfit key on a line, with its file.
    """
    adapter = TypeAdapter(Parameters)
    try:
        return adapter.validate_python(dict(raw))
    except PydanticError as error:
        files = _parameter_files(folders)
        known = _known_keys(adapter)
        lines = [_explain(one, files, known) for one in error.errors()]
        raise ConfigurationError("The configuration is wrong.\n" + "\n".join(lines)) from error


def _parameter_files(folders: Iterable[Path]) -> dict[Path, Any]:
    """Contents of the files, the strongest first."""
    files = [file for folder in folders for file in sorted(folder.glob("**/parameters*.yml"))]
    return {file: yaml.safe_load(file.read_text()) or {} for file in reversed(files)}


def _known_keys(adapter: TypeAdapter) -> set[str]:
    schema = adapter.json_schema()
    classes = [schema, *schema.get("$defs", {}).values()]
    return {name for each in classes for name in each.get("properties", {})}


def _explain(error: Any, files: dict[Path, Any], known: set[str]) -> str:
    key = tuple(str(part) for part in error["loc"])
    where = _file_with(key, files)
    name = ".".join(key)
    match error["type"]:
        case "unexpected_keyword_argument":
            close = difflib.get_close_matches(key[-1], known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            return f"  {where}: {name}: unknown key{hint}"
        case "missing" | "missing_argument" | "missing_keyword_only_argument":
            return f"  {where}: {name}: missing"
        case "value_error":
            reason = error["msg"].removeprefix("Value error, ")
            return f"  {where}: {name + ': ' if name else ''}{reason}"
    return f"  {where}: {name}: {error['msg']} (found {error['input']!r})"


def _file_with(key: Key, files: dict[Path, Any]) -> str:
    """The strongest file that holds the key, or else the nearest part of it."""
    for length in range(len(key), 0, -1):
        for file, content in files.items():
            if _holds(content, key[:length]):
                return str(file)
    return " and ".join(str(file) for file in files) or "--params"


def _holds(content: Any, key: Key) -> bool:
    for part in key:
        if isinstance(content, list) and part.isdigit() and int(part) < len(content):
            content = content[int(part)]
        elif isinstance(content, dict) and part in content:
            content = content[part]
        else:
            return False
    return True
