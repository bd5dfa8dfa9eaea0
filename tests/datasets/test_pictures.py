from pathlib import Path

import pyarrow.parquet as pq

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.pictures import pictures_name, read_pictures, write_pictures

FACTS = {
    "a.jpg": PictureFact(width=4, height=3, hash=b"12345678"),
    "b.jpg": PictureFact(width=4, height=3),
    "bad.jpg": PictureFact(problem="unreadable", message="bad.jpg is not a picture"),
}


def test_each_picture_of_the_rows_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / pictures_name("val")
    write_pictures(FACTS, ["b.jpg", "a.jpg", "b.jpg"], path)
    again = read_pictures(path)
    assert again.names.tolist() == ["b.jpg", "a.jpg"]
    assert again.hashes == [None, b"12345678"]
    assert pq.read_table(path).column("width").to_pylist() == [4, 4]
    assert [p.name for p in tmp_path.iterdir()] == ["val.pictures.parquet"]
