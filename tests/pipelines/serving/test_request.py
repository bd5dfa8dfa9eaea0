import json

import pytest

from pipelines.serving.request import check_request

ROW = {"image": "abcd"}


@pytest.mark.parametrize(
    "content",
    [
        {"dataframe_records": [ROW]},
        {"dataframe_records": [ROW | {"boxes": None}, ROW | {"boxes": [[1, 2.5, 3, 4]]}]},
        {"dataframe_records": [ROW | {"boxes": []}], "params": {}},
        {"dataframe_records": [ROW], "params": {"task": "coco", "flip": False}},
        {"dataframe_split": {"columns": ["image"], "data": [["abcd"]]}},
        {
            "dataframe_split": {
                "columns": ["boxes", "image"],
                "index": [7],
                "data": [[[[1, 2, 3, 4]], "abcd"]],
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
        ({"dataframe_split": {"columns": ["image"], "data": [["abcd", "abcd"]]}}, "as long as the"),
        ({}, "either dataframe_records or dataframe_split"),
    ],
)
def test_the_reason_names_the_place(content, reason):
    with pytest.raises(ValueError, match=reason):
        check_request(json.dumps(content).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"params": ' * 50_000])
def test_broken_json_is_said_in_one_line(body):
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):
        check_request(body)
