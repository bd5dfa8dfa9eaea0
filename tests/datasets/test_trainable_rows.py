import pickle

from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import build_table
from vitpose_plus.datasets.trainable_rows import TrainableRows
from vitpose_plus.skeletons import COCO


def test_rows_are_grouped_by_picture_in_the_order_of_their_first(make_split):
    split = make_split("coco", 4)
    mixed = split.table.take([2, 0, 2, 3, 0, 2])
    rows = TrainableRows(Split("coco", COCO, ("oks",), split.images, mixed))
    groups = [group.tolist() for group in rows.by_picture()]
    assert groups == [[0, 2, 5], [1, 4], [3]]
    assert [rows.name(group[0]) for group in groups] == ["2.jpg", "0.jpg", "3.jpg"]
    assert rows.path(0) == str(split.images / "2.jpg")


def test_no_rows_are_no_pictures(tmp_path):
    empty = Split("coco", COCO, ("oks",), tmp_path, build_table("coco", "train", []))
    assert TrainableRows(empty).by_picture() == []


def test_rows_travel_to_another_process(make_split):
    rows = TrainableRows(make_split("coco"))
    again = pickle.loads(pickle.dumps(rows))
    assert [again.path(i) for i in range(len(again))] == [rows.path(i) for i in range(len(rows))]
