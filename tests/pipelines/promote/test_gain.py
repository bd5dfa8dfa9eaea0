from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from pipelines.promote.evidence import read_evidence
from pipelines.promote.gain import measure_gains
from vitpose_plus.datasets.table import SCHEMA, AnnotationTable


@pytest.fixture
def pairs(workplace):
    """Two evaluated models' tasks in pairs."""

    def make(old, new):
        for name, noise in {"old": old, "new": new}.items():
            workplace.model(name, weights=0)
            workplace.evaluate(name, noise, seed=len(name + str(noise)))
        found = []
        for name in ("old", "new"):
            target = workplace.target(name)
            evidence = read_evidence(workplace.folder / name / "best", target.reports)
            found.append(evidence.evaluations(workplace.parameters.data, ("coco", "mpii")))
        return list(zip(*found, strict=True))

    return make


def pckh_by_picture(evaluation):
    """[N, 2] near keypoints and labelled ones of each picture, one by one.

    MPII counts neither pelvis nor thorax; fixtures' heads are 20 pixels.
    """
    rows, found = evaluation.predictions.rows, evaluation.predictions.keypoints
    skeleton = evaluation.split.skeleton
    counted = [k for k, name in enumerate(skeleton.keypoints) if name not in ("pelvis", "thorax")]
    table = []
    for i in range(len(rows)):
        near = [
            float(np.hypot(*(found[i, k].astype("f8") - rows.keypoints[i, k]))) < 0.5 * 20
            for k in counted
        ]
        table.append((sum(near), len(near)))
    return np.array(table, dtype=float)


def test_the_main_figures_are_those_of_the_evaluation(pairs):
    found = pairs(8.0, 2.0)
    gains = measure_gains(found, resamples=1, seed=0).tasks
    assert [(gain.task, gain.figure) for gain in gains] == [("coco", "AP"), ("mpii", "PCKh@0.5")]
    assert gains[0].champion == found[0][0].figures["AP"]
    assert gains[0].challenger == found[0][1].figures["AP"]
    assert all(gain.value > 0 for gain in gains)


def test_the_mean_weighs_tasks_alike_and_its_interval_lies_around_it(pairs):
    found = pairs(8.0, 2.0)
    gains = measure_gains(found, resamples=200, seed=0)
    mean = gains.mean
    assert mean.value == pytest.approx(np.mean([gain.value for gain in gains.tasks]))
    assert 0 < mean.low < mean.value < mean.high


def test_the_same_poses_have_no_gain_at_all(pairs):
    old, _ = zip(*pairs(4.0, 2.0), strict=True)
    mean = measure_gains(list(zip(old, old, strict=True)), resamples=100, seed=0).mean
    assert (mean.value, mean.low, mean.high) == (0.0, 0.0, 0.0)


def test_equally_good_models_have_an_interval_around_zero(pairs):
    mean = measure_gains(pairs(6.0, 6.01), resamples=400, seed=0).mean
    assert mean.low < 0 < mean.high


def test_the_interval_is_that_of_drawing_pictures_by_hand(pairs):
    """PCKh alone, whose figure of a draw is a share of keypoints: counted in float64."""
    (found,) = [pair for pair in pairs(14.0, 9.0) if pair[0].task == "mpii"]
    mean = measure_gains([found], resamples=4000, seed=0).mean
    old, new = map(pckh_by_picture, found)
    rng = np.random.default_rng(7)
    drawn = []
    for _ in range(4000):
        chosen = rng.integers(len(old), size=len(old))
        a, b = old[chosen].sum(axis=0), new[chosen].sum(axis=0)
        drawn.append(b[0] / b[1] - a[0] / a[1])
    low, high = np.percentile(drawn, [2.5, 97.5])
    assert mean.low == pytest.approx(low, abs=0.01)
    assert mean.high == pytest.approx(high, abs=0.01)
    assert high - low > 0.05


def test_the_interval_is_the_same_for_the_same_seed_alone(pairs):
    found = pairs(8.0, 6.0)
    first, again, other = (
        measure_gains(found, resamples=100, seed=seed).mean for seed in (0, 0, 1)
    )
    assert first == again
    assert first.low != other.low


def test_figures_that_the_champions_evaluator_told_otherwise_do_not_count(pairs):
    found = pairs(8.0, 2.0)
    told = [(replace(old, figures=dict.fromkeys(old.figures, 0.99)), new) for old, new in found]
    first, second = (measure_gains(both, resamples=20, seed=0) for both in (found, told))
    assert second == first
    assert second.tasks[0].champion < 0.99


def unmeasurable(evaluation):
    """The same poses, of rows on which no keypoint is labelled."""
    rows = evaluation.split.table.rows
    at, field = rows.schema.get_field_index("visibility"), SCHEMA.field("visibility")
    none = pa.array([[0] * len(marks) for marks in rows["visibility"].to_pylist()], field.type)
    nobody = AnnotationTable(rows.set_column(at, field, none))
    poses = replace(evaluation.predictions, rows=nobody)
    return replace(evaluation, split=replace(evaluation.split, table=nobody), predictions=poses)


def test_a_task_without_a_figure_of_the_champion_is_left_out_of_the_mean(pairs):
    coco, mpii = pairs(8.0, 2.0)
    nothing = tuple(map(unmeasurable, mpii))
    gains = measure_gains([coco, nothing], resamples=50, seed=0)
    assert np.isnan(gains.tasks[1].champion)
    assert gains.mean == measure_gains([coco], resamples=50, seed=0).mean
    assert gains.mean.low > 0


def test_a_champion_without_any_figure_has_no_mean_to_gain_over(pairs):
    _, mpii = pairs(8.0, 2.0)
    assert measure_gains([tuple(map(unmeasurable, mpii))], resamples=50, seed=0).mean is None
