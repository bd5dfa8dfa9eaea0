from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.datasets.table import (
    SCHEMA,
    Instance,
    build_table,
    read_table,
    with_sizes,
    write_table,
)


def instance(
    number: int = 0, *, visibility: tuple[int, ...] = (2, 0), **changes: object
) -> Instance:
    values: dict = {
        "image_id": f"i{number}",
        "instance_id": str(number),
        "file_name": f"{number}.jpg",
        "bbox": (number, 1.5, 10, 20),
        "keypoints": np.full((len(visibility), 2), number + 0.25, np.float32),
        "visibility": np.array(visibility, np.uint8),
        "source": f"f.json, annotation {number}",
        "area": 123.5,
        "width": 64,
        "height": 48,
    }
    return Instance(**(values | changes))


def test_rows_survive_the_file(tmp_path: Path) -> None:
    table = build_table("d", "train", [instance(0), instance(1, head_size=3.5, video_id="v")])
    write_table(table, tmp_path / "t.parquet")
    again = read_table(tmp_path / "t.parquet")
    assert again.rows.schema.equals(SCHEMA)
    assert again.rows.equals(table.rows)
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


@given(
    st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=1, max_size=8),
    st.data(),
)
@settings(max_examples=40, deadline=None)
def test_arrays_are_the_instances_in_their_order(
    flags: list[list[int]], data: st.DataObject
) -> None:
    table = build_table("d", "s", [instance(i, visibility=tuple(f)) for i, f in enumerate(flags)])
    order = data.draw(st.lists(st.integers(0, len(flags) - 1), max_size=10))
    taken = table.take(order)
    assert len(taken) == len(order)
    if order:
        assert taken.visibility.tolist() == [flags[i] for i in order]
        assert taken.keypoints.shape == (len(order), 3, 2)
        assert taken.bbox[:, 0].tolist() == order
        assert taken.column("instance_id").tolist() == [str(i) for i in order]


def test_crowds_and_people_without_keypoints_are_not_trainable() -> None:
    people = [
        instance(0),
        instance(1, visibility=(0, 0)),
        instance(2, is_crowd=True),
        instance(3, visibility=(0, 1)),
    ]
    assert build_table("d", "s", people).trainable.tolist() == [True, False, False, True]


def test_only_missing_sizes_come_from_the_pictures() -> None:
    people = [instance(0), instance(1, width=None, height=None), instance(2, height=None)]
    table = build_table("d", "s", people)
    sizes = {"0.jpg": (1, 2), "1.jpg": (100, 50), "2.jpg": (30, 20)}
    filled = with_sizes(table, sizes)
    assert filled.column("width").tolist() == [64, 100, 30]
    assert filled.column("height").tolist() == [48, 50, 20]
    assert filled.rows.schema.equals(SCHEMA)


def test_sizes_that_the_layout_says_are_left_alone() -> None:
    table = build_table("d", "s", [instance(0), instance(1)])
    assert with_sizes(table, {}).rows.equals(table.rows)
