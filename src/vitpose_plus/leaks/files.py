"""A leak check's files: the pairs as Parquet, the counts as JSON."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.leaks.find import Leak
from vitpose_plus.leaks.summary import Leakage

PAIRS_NAME = "leaks.parquet"
SUMMARY_NAME = "summary.json"
SCHEMA = pa.schema(
    [
        ("training_dataset", pa.string()),
        ("training_split", pa.string()),
        ("training_picture", pa.string()),
        ("held_out_dataset", pa.string()),
        ("held_out_split", pa.string()),
        ("held_out_picture", pa.string()),
        ("distance", pa.int16()),
        ("mirrored", pa.bool_()),
    ]
)


def write_pairs(leaks: Sequence[Leak], folder: Path) -> None:
    """Write `leaks.parquet` into a folder that nobody reads yet."""
    columns = {
        "training_dataset": [leak.training.dataset for leak in leaks],
        "training_split": [leak.training.split for leak in leaks],
        "training_picture": [leak.training.name for leak in leaks],
        "held_out_dataset": [leak.held_out.dataset for leak in leaks],
        "held_out_split": [leak.held_out.split for leak in leaks],
        "held_out_picture": [leak.held_out.name for leak in leaks],
        "distance": [leak.distance for leak in leaks],
        "mirrored": [leak.mirrored for leak in leaks],
    }
    pq.write_table(pa.table(columns, schema=SCHEMA), folder / PAIRS_NAME)


def write_summary(leakage: Leakage, folder: Path) -> None:
    """Write `summary.json` into a folder that nobody reads yet."""
    content = TypeAdapter(Leakage).dump_json(leakage, indent=2)
    (folder / SUMMARY_NAME).write_bytes(content + b"\n")


def read_summary(folder: Path) -> Leakage:
    """Read what `write_summary` wrote.

    Raises:
        ConfigurationError: no leak check was run there, or by another version.
    """
    path = folder / SUMMARY_NAME
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file. Run the leak check first.")
    try:
        return TypeAdapter(Leakage).validate_json(path.read_bytes())
    except PydanticError as error:
        raise ConfigurationError(
            f"{path}: not a leak check of this version; run it again.\n{error}"
        ) from error


def excluded_pictures(folder: Path) -> dict[tuple[str, str], set[str]]:
    """File names that training leaves out, by data set and split; none unless dropping.

    Args:
        folder: what `check_leaks` wrote.

    Raises:
        ConfigurationError: no leak check was run there, or by another version.
    """
    excluded: dict[tuple[str, str], set[str]] = {}
    if read_summary(folder).action != "drop":
        return excluded
    names = ("training_dataset", "training_split", "training_picture")
    columns = pq.read_table(folder / PAIRS_NAME, schema=SCHEMA).select(names).to_pydict()
    for dataset, split, picture in zip(*(columns[name] for name in names), strict=True):
        excluded.setdefault((dataset, split), set()).add(picture)
    return excluded
