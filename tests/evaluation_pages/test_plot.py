import numpy as np
import pytest

from vitpose_plus.evaluation.keypoint_figures import KeypointFigures
from vitpose_plus.evaluation_pages.plot import nearness_plot, precision_recall_plot


@pytest.fixture
def precision(make_evaluation):
    by_picture = make_evaluation().by_picture()
    return by_picture.curves(np.ones(by_picture.units))


def test_one_model_has_all_ten_thresholds_and_a_key_for_three(precision):
    plot = precision_recall_plot({"": precision}, "")
    assert len(plot.curves) == 10
    assert [c.name for c in plot.curves if c.name] == ["OKS 0.5", "OKS 0.75", "OKS 0.95"]


def test_two_models_are_told_apart_by_dashes(precision):
    plot = precision_recall_plot({"A": precision, "B": precision}, "")
    assert [c.dashed for c in plot.curves] == [False] * 3 + [True] * 3
    assert [c.colour for c in plot.curves] == [0, 1, 2] * 2
    assert plot.curves[4].name == "B, OKS 0.75"


def test_a_curve_ends_where_precision_does(precision):
    plot = precision_recall_plot({"": precision}, "")
    for curve in plot.curves:
        recalls, precisions = np.array(curve.points).T
        assert (np.diff(recalls) > 0).all()
        assert (np.diff(precisions) <= 0).all()
        assert (precisions[:-1] > 0).all()


def figures(enough):
    distance = np.array([[0.1, 0.2, 0.3, np.nan], [0.5, 0.7, 3.0, 4.0]])
    value = np.where(np.isfinite(distance), distance < 0.5, np.nan)
    return KeypointFigures("PCKh@0.5", "head sizes", value, distance, enough)


def test_the_share_of_near_keypoints_is_strictly_below_the_distance():
    (curve,) = nearness_plot({"": figures(0.5)}, "").curves
    at = dict(curve.points)
    assert at[0.5] == 3 / 7  # Half of the axis is the threshold.
    assert at[1] == 5 / 7
    assert curve.figure == "0.429"


def test_the_threshold_is_marked_where_there_is_one():
    assert nearness_plot({"": figures(0.5)}, "").mark == 0.5
    plot = nearness_plot({"": figures(None)}, "")
    assert plot.mark is None
    assert plot.x_ticks[-1] == (1, "30")
