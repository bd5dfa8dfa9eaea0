from collections import Counter
from dataclasses import replace

import pytest

from vitpose_plus.data_pages.charts import histograms, keypoint_labelling, namings, positions
from vitpose_plus.data_pages.figures import measure
from vitpose_plus.skeletons import SKELETONS


@pytest.fixture
def figures(make_table):
    return {split: measure(make_table(split=split)) for split in ("train", "val")}


def test_every_chart_counts_every_record(figures):
    totals = {
        chart.title: [sum(group[i].count for group in chart.bars) for i in (0, 1)]
        for chart in histograms(figures)
    }
    assert totals == {
        "Labelled keypoints of an instance": [8, 8],
        "Size: root of the area, in pixels": [8, 8],
        "Box: width to height": [8, 8],
        "Instances in a picture": [3, 3],
        "Longer side of a picture, in pixels": [3, 3],
    }


@pytest.mark.parametrize("name", ["coco", "coco_wholebody"])
def test_large_sets_share_bins_and_lose_nothing(make_table, name):
    chart = histograms({"train": measure(make_table(name))})[0]
    assert len(chart.bins) <= 46
    assert sum(group[0].count for group in chart.bars) == 8
    assert chart.bins[-1].endswith(str(len(SKELETONS[name])))


def test_labels_are_counted_by_kind(figures):
    nose, eye, *_ = keypoint_labelling(figures, SKELETONS["coco"])
    assert (nose.name, eye.name) == ("nose", "left eye")
    train = nose.splits[0]
    assert (train.visible, train.hidden, train.unlabelled) == (0, 8, 0)
    train = eye.splits[0]
    assert (train.visible, train.hidden, train.unlabelled) == (8, 0, 0)


def test_finger_and_face_points_are_counted_together(make_table):
    skeleton = SKELETONS["coco_wholebody"]
    rows = keypoint_labelling({"train": measure(make_table("coco_wholebody"))}, skeleton)
    assert {"face, 68 points", "left, 20 points", "right, 20 points"} <= {row.name for row in rows}
    counted = sum(s.visible + s.hidden + s.unlabelled for row in rows for s in row.splits)
    assert counted == 8 * 133


def test_the_rarest_categories_are_summed(figures):
    many = Counter({f"kind {i:02}": 100 - i for i in range(30)})
    split = replace(figures["train"], categories=many)
    naming, *others = namings({"train": split})
    assert not others
    assert len(naming.rows) == 20
    assert naming.rows[0][0] == "kind 00"
    assert naming.others == (10, sum(100 - i for i in range(20, 30)))


def test_hands_are_named_where_there_are_any(figures):
    split = replace(figures["train"], hands=Counter({"left": 3, "right": 1}))
    hands = namings({"train": split})[1]
    assert [(name, shares[0].share) for name, shares in hands.rows] == [
        ("left", 0.75),
        ("right", 0.25),
    ]


def test_the_fullest_cell_is_one(figures):
    assert max(map(max, positions(figures))) == 1
