import base64
import io
import json

import pytest
from PIL import Image

from pipelines.serving.request import check_request


def row(width=1, height=1, kind="PNG", **options):
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, kind, **options)
    return {"image": base64.b64encode(file.getvalue()).decode()}


ROW = row()
IMAGE = ROW["image"]


@pytest.mark.parametrize(
    "content",
    [
        {"dataframe_records": [ROW]},
        {"dataframe_records": [ROW | {"boxes": None}, ROW | {"boxes": [[1, 2.5, 3, 4]]}]},
        {"dataframe_records": [ROW | {"boxes": []}], "params": {}},
        {"dataframe_records": [ROW], "params": {"task": "coco", "flip": False}},
        {"dataframe_split": {"columns": ["image"], "data": [[IMAGE]]}},
        {
            "dataframe_split": {
                "columns": ["boxes", "image"],
                "index": [7],
                "data": [[[[1, 2, 3, 4]], IMAGE]],
            }
        },
    ],
)
def test_well_formed_requests_pass(content):
    check_request(json.dumps(content).encode())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"dataframe_records": [ROW, {"image": 5}]}, r"got `int` - at `\$.dataframe_records\[1\]"),
        ({"dataframe_records": [ROW | {"bbox": []}]}, "unknown field `bbox`"),
        ({"dataframe_records": [ROW] * 33}, "length <= 32"),
        ({"dataframe_records": [ROW | {"boxes": [[1, 2, 3, 4]] * 129}] * 2}, "258 boxes"),
        ({"dataframe_split": {"columns": ["image"], "data": [[IMAGE, IMAGE]]}}, "as long as the"),
        ({}, "either dataframe_records or dataframe_split"),
    ],
)
def test_the_reason_names_the_place(content, reason):
    with pytest.raises(ValueError, match=reason):
        check_request(json.dumps(content).encode())


def test_pictures_are_bounded_together():
    large = row(8000, 8000)
    check_request(json.dumps({"dataframe_records": [large] * 4}).encode())
    split = {"columns": ["boxes", "image"], "data": [[None, large["image"]]] * 5}
    for content in ({"dataframe_records": [large] * 5}, {"dataframe_split": split}):
        with pytest.raises(ValueError, match=r"320,000,000 pixels.*at most 256,000,000"):
            check_request(json.dumps(content).encode())


def test_scans_count_as_pixels_do():
    scanned = row(5000, 5000, "JPEG", progressive=True)  # six scans, as it is grey
    check_request(json.dumps({"dataframe_records": [scanned] * 10}).encode())
    with pytest.raises(ValueError, match="scans"):
        check_request(json.dumps({"dataframe_records": [scanned] * 14}).encode())


def test_all_headers_are_judged_and_rows_are_numbered():
    with pytest.raises(ValueError, match=r"^row 1: image is neither"):
        check_request(json.dumps({"dataframe_records": [ROW, {"image": "abcd"}]}).encode())
    split = {"columns": ["boxes", "image"], "data": [[None, IMAGE], [None, "abcd"]]}
    with pytest.raises(ValueError, match=r"^row 1: image is neither"):
        check_request(json.dumps({"dataframe_split": split}).encode())


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        (["boxes"], [[[1, 2, 3, 4]]]),
        (["image"], [[[1, 2, 3, 4]]]),
        (["boxes", "image"], [None] * 2),
    ],
)
def test_a_split_row_has_an_image(columns, cells):
    with pytest.raises(ValueError, match=r"image.*\$\[0\]|`\$\[0\].image`"):
        content = {"dataframe_split": {"columns": columns, "data": [cells]}}
        check_request(json.dumps(content).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"params": ' * 50_000])
def test_broken_json_is_said_in_one_line(body):
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):
        check_request(body)
