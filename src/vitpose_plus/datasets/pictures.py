"""What ingestion found in the pictures of a split: sizes, hashes and checksums, as a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.replacement import replacing_file

SCHEMA = pa.schema(
    [
        ("file_name", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("hash", pa.binary()),
        ("checksum", pa.binary()),
    ]
)


@dataclass(frozen=True)
class PictureTable:
    """The pictures that a split's rows stand on.

    Attributes:
        names: [N] file names, as in the annotation table.
        hashes: [N] `picture_hash`es, None where a picture has nothing to see.
    """

    names: np.ndarray
    hashes: list[bytes | None]


def pictures_name(split: str) -> str:
    """The table's file name beside the annotation table."""
    return f"{split}.pictures.parquet"


def write_pictures(pictures: Mapping[str, PictureFact], names: Iterable[str], path: Path) -> None:
    """Write Parquet to a temporary name, then rename.

    Args:
        pictures: what decoding found.
        names: the pictures to write, those of the split's rows.
        path: where to.
    """
    chosen = list(dict.fromkeys(names))
    facts = [pictures[name] for name in chosen]
    rows = pa.table(
        {
            "file_name": chosen,
            "width": [fact.width for fact in facts],
            "height": [fact.height for fact in facts],
            "hash": [fact.hash for fact in facts],
            "checksum": [fact.checksum for fact in facts],
        },
        schema=SCHEMA,
    )
    with replacing_file(path) as part:
        pq.write_table(rows, part)


def read_pictures(path: Path) -> PictureTable:
    """Read what `write_pictures` wrote."""
    rows = pq.read_table(path, schema=SCHEMA)
    return PictureTable(rows.column("file_name").to_numpy(), rows.column("hash").to_pylist())
