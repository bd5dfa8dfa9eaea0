import numpy as np
import pytest

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.results import Results


def results(names=("b", "a", "b"), **changed):
    count = len(names)
    arrays = {
        "keypoints": np.arange(count * 6.0).reshape(count, 3, 2),
        "scores": np.ones((count, 3)),
        "score": np.linspace(0, 1, count),
        "boxes": np.ones((count, 4)),
    }
    return Results(np.array(names, object), **(arrays | changed))


def test_the_results_of_a_picture_are_found_together():
    assert [rows.tolist() for rows in results().by_picture()] == [[1], [0, 2]]


def test_nothing_found_is_a_result_too():
    nothing = results(())
    assert len(nothing) == 0
    assert nothing.by_picture() == []
    assert len(nothing.take(np.zeros(0, int))) == 0


@pytest.mark.parametrize("boxes", [None, np.arange(12.0).reshape(3, 4)])
def test_taking_results_keeps_what_belongs_together(boxes):
    taken = results(boxes=boxes).take(np.array([2, 0]))
    assert taken.image_id.tolist() == ["b", "b"]
    assert taken.keypoints[:, 0, 0].tolist() == [12.0, 0.0]
    assert taken.score.tolist() == [1.0, 0.0]
    assert boxes is None or taken.boxes[:, 0].tolist() == [8.0, 0.0]


@pytest.mark.parametrize(
    ("field", "shape"),
    [("scores", (3, 2)), ("score", (2,)), ("boxes", (3, 5)), ("keypoints", (3, 6))],
)
def test_arrays_that_do_not_fit_are_refused_by_name(field, shape):
    with pytest.raises(ValueError, match=field):
        results(**{field: np.zeros(shape)})


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("field", ["keypoints", "scores", "score"])
def test_a_value_that_is_no_finite_number_is_told_with_result_and_picture(field, value):
    broken = getattr(results(), field).copy()
    broken[1] = value
    with pytest.raises(PredictionError, match=r"1 of 3 results .* first result 1 \(picture a\)"):
        results(**{field: broken})
