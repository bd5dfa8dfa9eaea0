from dataclasses import replace

import numpy as np
import pytest

from vitpose_plus.errors import ConfigurationError, PredictionError
from vitpose_plus.evaluation.keypoint_figures import measure_keypoints
from vitpose_plus.evaluation_pages import ModelEvaluation, write_comparison
from vitpose_plus.evaluation_pages.task_comparison import GainRow, compare_task


@pytest.mark.parametrize("name", ["coco", "mpii", "interhand"])
def test_a_comparison_stands_alone_and_is_well_formed(make_evaluation, tmp_path, page_of, name):
    models = [ModelEvaluation(f"model <{away}>", [make_evaluation(name, away)]) for away in (9, 3)]
    path = write_comparison(*models, tmp_path / "page", resamples=20)
    text = path.read_text()
    assert "model &lt;9&gt;" in text
    addresses = [a for a in page_of(path).addresses if not a.startswith("#")]
    assert addresses
    assert all(address.startswith("data:image/jpeg;base64,") for address in addresses)


def test_a_better_model_gains_for_sure_and_never_loses(make_evaluation):
    worse, better = make_evaluation(away=14), make_evaluation(away=1)
    found = compare_task(worse, better, resamples=50, seed=0)
    assert found.rows[0].name == "AP"
    assert found.rows[0].gain.sure
    assert found.rows[0].gain.value > 0.2
    assert (found.better, found.worse) == (9, 0)
    assert len(found.gained) == 6
    assert not found.lost
    assert sum(found.kinds[0]) == sum(found.kinds[1])
    assert found.kinds[1][0] > found.kinds[0][0]


def test_the_pictures_that_changed_most_come_first_as_both_models_see_them(make_evaluation):
    tasks = make_evaluation(away=8, seed=1), make_evaluation(away=8, seed=2)
    found = compare_task(*tasks, resamples=2, seed=0)
    ours, theirs = (
        measure_keypoints(one.predictions, one.split.skeleton, ("oks",)).of_instances
        for one in tasks
    )
    most = int(np.argmax(theirs - ours))
    pair = found.gained[0]
    assert pair.first.name == pair.second.name == f"coco-{most}, {most // 3}.png"
    assert pair.first.figure == f"OKS {ours[most]:.2f}"
    assert pair.second.figure == f"OKS {theirs[most]:.2f}"
    least = int(np.argmin(theirs - ours))
    assert found.lost[0].first.name == f"coco-{least}, {least // 3}.png"


def test_a_model_against_itself_gains_nothing(make_evaluation):
    task = make_evaluation()
    found = compare_task(task, task, resamples=20, seed=0)
    assert (found.rows[0].gain.low, found.rows[0].gain.high) == (0, 0)
    assert not found.gained
    assert not found.lost
    assert all(bin.first == bin.second for bin in found.keypoints)


def test_figures_of_only_one_model_are_left_out(make_evaluation):
    first, second = make_evaluation(), make_evaluation()
    first = replace(first, figures={**first.figures, "own": 1.0})
    assert "own" not in [row.name for row in compare_task(first, second, resamples=2, seed=0).rows]


def test_of_an_error_less_is_better():
    assert GainRow("EPE", 9.0, 5.0, None).better
    assert not GainRow("AUC", 9.0, 5.0, None).better


def test_tasks_of_one_model_alone_are_named(make_evaluation, tmp_path):
    both = ModelEvaluation("one", [make_evaluation(), make_evaluation("mpii")])
    single = ModelEvaluation("other", [make_evaluation()])
    text = write_comparison(both, single, tmp_path / "page", resamples=2).read_text()
    assert "Evaluated for A alone: mpii" in text


def test_models_without_a_common_task_are_an_error(make_evaluation, tmp_path):
    first = ModelEvaluation("one", [make_evaluation()])
    second = ModelEvaluation("other", [make_evaluation("mpii")])
    with pytest.raises(ConfigurationError, match="one was evaluated on coco, other on mpii"):
        write_comparison(first, second, tmp_path / "page")


def test_models_scored_on_other_instances_are_an_error(make_evaluation):
    task = make_evaluation()
    fewer = replace(task, predictions=task.predictions.take(np.arange(8)))
    with pytest.raises(PredictionError, match=r"9 and 8, 'coco-8' for one.*same split"):
        compare_task(task, fewer, resamples=2, seed=0)
    turned = replace(task, predictions=task.predictions.take(np.arange(9)[::-1]))
    with pytest.raises(PredictionError, match="in another order"):
        compare_task(task, turned, resamples=2, seed=0)
