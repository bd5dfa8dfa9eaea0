"""What one HTTP request may hold, read strictly before MLflow reads it.

MLflow's own reader trusts its input: a list nested ten thousand deep ends it with a 500, and some
megabytes of records that share no key become a table of gigabytes.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pipelines.serving.headers import PIXELS, judge

BYTES = 32 * 2**20
ROWS = 32
BOXES = 256
ALL_PIXELS = 4 * PIXELS  # of its pictures together: some 3 seconds of a core
SCANNED = 32 * PIXELS  # the same, each as often as its JPEG has scans

Box = tuple[float, float, float, float]
Boxes = Annotated[list[Box], Meta(max_length=BOXES)]
Column = Literal["image", "boxes"]
Cells = Annotated[list[bytes | Boxes | None], Meta(min_length=1, max_length=2)]


class Record(Struct, forbid_unknown_fields=True):
    """A row by its columns' names; msgspec reads `bytes` from base64."""

    image: bytes
    boxes: Boxes | None = None


class Split(Struct, forbid_unknown_fields=True):
    """pandas' `to_dict(orient="split")`."""

    columns: Annotated[list[Column], Meta(min_length=1, max_length=2)]
    data: Annotated[list[Cells], Meta(min_length=1, max_length=ROWS)]
    index: list[int] | UnsetType = UNSET


class Params(Struct, forbid_unknown_fields=True):
    """What the model's signature takes as parameters."""

    task: str | UnsetType = UNSET
    flip: bool | UnsetType = UNSET


class Request(Struct, forbid_unknown_fields=True):
    """The body of a request to /invocations."""

    dataframe_records: Annotated[list[Record], Meta(min_length=1, max_length=ROWS)] | UnsetType = (
        UNSET
    )
    dataframe_split: Split | UnsetType = UNSET
    params: Params | UnsetType = UNSET


_decoder = msgspec.json.Decoder(Request)


def check_request(body: bytes) -> None:
    """Refuse a body that is no request.

    Raises:
        ValueError: it is not; the reason in one line.
    """
    try:
        rows = _rows(_decoder.decode(body))
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from error
    boxes = sum(len(row.boxes or ()) for row in rows)
    if boxes > BOXES:
        raise ValueError(f"{boxes} boxes in one request; at most {BOXES} are taken")
    _check_pictures([row.image for row in rows])


def _rows(request: Request) -> list[Record]:
    records, split = request.dataframe_records, request.dataframe_split
    if records is not UNSET and split is UNSET:
        return records
    if split is not UNSET and records is UNSET:
        return _rows_of_split(split)
    raise ValueError("send either dataframe_records or dataframe_split")


def _rows_of_split(split: Split) -> list[Record]:
    if len(set(split.columns)) < len(split.columns):
        raise ValueError("a column stands twice - at `$.dataframe_split.columns`")
    if any(len(row) != len(split.columns) for row in split.data):
        raise ValueError("a row is not as long as the columns - at `$.dataframe_split.data`")
    if split.index is not UNSET and len(split.index) != len(split.data):
        raise ValueError("there are not as many as rows - at `$.dataframe_split.index`")
    rows = [dict(zip(split.columns, row, strict=True)) for row in split.data]
    return msgspec.convert(rows, list[Record])


def _check_pictures(images: Sequence[bytes]) -> None:
    """Judge all before one is decoded: a row's bounds, thirty-two times, are minutes of work."""
    pixels = scanned = 0
    for row, image in enumerate(images):
        try:
            header = judge(image)
        except ValueError as error:
            raise ValueError(f"row {row}: {error}") from error
        pixels += header.pixels
        scanned += header.pixels * header.scans
    if pixels > ALL_PIXELS or scanned > SCANNED:
        raise ValueError(
            f"the request's pictures have {pixels:,} pixels, times their scans {scanned:,}; "
            f"at most {ALL_PIXELS:,} and {SCANNED:,} are taken"
        )
