import json

import numpy as np
import pytest

from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.results_json import read_results, results_file, write_results
from vitpose_plus.skeletons import SKELETONS


def some(count, skeleton, start=0):
    rng = np.random.default_rng(start)
    ids = np.array([str(start + i) for i in range(count)], object)
    points = len(skeleton)
    return Results(
        ids,
        rng.uniform(0, 99, (count, points, 2)),
        rng.uniform(0, 1, (count, points)),
        rng.uniform(0, 1, count),
    )


@pytest.mark.parametrize("name", ["coco", "coco_wholebody"])
def test_what_is_written_in_parts_is_what_is_written_at_once(name, tmp_path):
    skeleton = SKELETONS[name]
    parts = [some(2, skeleton), some(0, skeleton), some(3, skeleton, 2)]
    with results_file(tmp_path / "new" / "parts.json", skeleton) as add:
        for part in parts:
            add(part)
    rows = []
    for part in parts:
        write_results(tmp_path / "one.json", part, skeleton)
        rows += json.loads((tmp_path / "one.json").read_text())
    path = tmp_path / "new" / "parts.json"
    assert json.loads(path.read_text()) == rows
    assert len(read_results(path, skeleton)) == 5
    assert [row["image_id"] for row in rows] == [0, 1, 2, 3, 4]


def test_no_pose_at_all_is_an_empty_list(tmp_path):
    with results_file(tmp_path / "none.json", SKELETONS["coco"]):
        pass
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_a_run_that_fails_leaves_no_file(tmp_path):
    skeleton = SKELETONS["coco"]
    with (
        pytest.raises(RuntimeError, match="stopped"),
        results_file(tmp_path / "none.json", skeleton) as add,
    ):
        add(some(2, skeleton))
        raise RuntimeError("stopped")
    assert list(tmp_path.iterdir()) == []
