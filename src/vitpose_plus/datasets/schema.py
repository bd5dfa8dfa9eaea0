"""The columns of the annotation table."""

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("dataset", pa.string()),
        ("split", pa.string()),
        ("image_id", pa.string()),
        ("instance_id", pa.string()),
        ("file_name", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("bbox", pa.list_(pa.float64(), 4)),
        ("area", pa.float64()),
        ("is_crowd", pa.bool_()),
        ("keypoints", pa.list_(pa.float32())),
        ("visibility", pa.list_(pa.uint8())),
        ("category", pa.string()),
        ("head_size", pa.float64()),
        ("video_id", pa.string()),
        ("track_id", pa.string()),
        ("hand_type", pa.string()),
        ("crowd_index", pa.float64()),
        ("source", pa.string()),
    ]
)

GIVEN_BY_SPLIT = ("dataset", "split")
"""Columns that hold one value in a whole table; an instance does not know them."""
INSTANCE_SCHEMA = pa.schema([field for field in SCHEMA if field.name not in GIVEN_BY_SPLIT])
