import json
import math

import pytest

from vitpose_plus.evaluation.report import Scores, render_scores, scores_to_json, write_scores

COCO = Scores("coco", ("AP",), {"AP": 0.5123, "AP_L": math.nan}, {"AP": 0.04}, 1234)
MPII = Scores("coco_wholebody", ("PCKh@0.5",), {"PCKh@0.5": math.nan}, {"PCKh@0.5": 0.1}, 9)


def test_the_table_shows_model_baseline_and_gain_in_aligned_columns():
    assert render_scores([COCO, MPII]) == "\n".join(
        [
            "task            instances  figure    model  mean pose    gain",
            "--------------  ---------  --------  -----  ---------  ------",
            "coco                1,234  AP        0.512      0.040  +0.472",
            "coco_wholebody          9  PCKh@0.5    n/a      0.100     n/a",
        ]
    )


def test_metrics_json_is_strict_json_with_null_for_nan(tmp_path):
    path = tmp_path / "reports" / "metrics.json"
    write_scores(path, [COCO, MPII])
    read = json.loads(path.read_text(), parse_constant=pytest.fail)
    assert read == scores_to_json([COCO, MPII])
    assert read["coco"] == {
        "model": {"AP": 0.5123, "AP_L": None},
        "mean_pose": {"AP": 0.04},
        "figure": "AP",
        "instances": 1234,
    }
    assert [p.name for p in path.parent.iterdir()] == ["metrics.json"]


def test_a_set_of_several_metrics_shows_each_main_figure():
    both = Scores("own", ("PCK@0.2", "AP"), {"PCK@0.2": 0.5, "AP": 0.25}, {"AP": 0.0}, 3)
    rows = [line.split() for line in render_scores([both]).splitlines()[2:]]
    assert rows == [
        ["own", "3", "PCK@0.2", "0.500", "n/a", "n/a"],
        ["AP", "0.250", "0.000", "+0.250"],
    ]
