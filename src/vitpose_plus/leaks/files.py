"""A leak check's files: the pairs as Parquet, the counts as JSON."""

from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.leaks.hashed import Picture, Pile
from vitpose_plus.leaks.pairs import Leak, LeakPairs
from vitpose_plus.leaks.summary import Leakage
from vitpose_plus.typed_json import read_typed, write_typed

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


def write_pairs(pairs: LeakPairs, folder: Path) -> None:
    """Write `leaks.parquet` into a folder that nobody reads yet."""
    columns = (
        *_columns(pairs.ours, pairs.training),
        *_columns(pairs.theirs, pairs.held_out),
        pa.array(pairs.distance, pa.int16()),
        pa.array(pairs.mirrored, pa.bool_()),
    )
    pq.write_table(pa.table(list(columns), schema=SCHEMA), folder / PAIRS_NAME)


def read_pairs(folder: Path) -> pa.Table:
    """Read what `write_pairs` wrote: a table of `SCHEMA`."""
    return pq.read_table(folder / PAIRS_NAME, schema=SCHEMA)


def pictures_of(rows: pa.Table, side: Literal["training", "held_out"]) -> list[Picture]:
    """One side of each pair of such a table."""
    names = (f"{side}_dataset", f"{side}_split", f"{side}_picture")
    return list(map(Picture, *(rows.column(name).to_pylist() for name in names)))


def leaks_of(rows: pa.Table) -> list[Leak]:
    """The pairs of such a table."""
    rest = (rows.column(name).to_pylist() for name in ("distance", "mirrored"))
    return list(map(Leak, pictures_of(rows, "training"), pictures_of(rows, "held_out"), *rest))


def write_summary(leakage: Leakage, folder: Path) -> None:
    """Write `summary.json` into a folder that nobody reads yet."""
    write_typed(leakage, folder / SUMMARY_NAME)


def read_summary(folder: Path) -> Leakage:
    """Read what `write_summary` wrote.

    Raises:
        ConfigurationError: no leak check was run there, or by another version.
    """
    return read_typed(
        Leakage,
        folder / SUMMARY_NAME,
        error=ConfigurationError,
        absent="Run the leak check first.",
        stale="not a leak check of this version; run it again",
    )


def _columns(pile: Pile, numbers: np.ndarray) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Data set, split and file name of the pictures with these numbers."""
    which = pile.split_of[numbers]
    datasets = np.array([split.dataset for split in pile.splits], object)
    splits = np.array([split.split for split in pile.splits], object)
    columns = (datasets[which], splits[which], pile.names[numbers])
    return tuple(pa.array(column, pa.string()) for column in columns)
