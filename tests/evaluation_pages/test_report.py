from dataclasses import replace

import pytest

from vitpose_plus.errors import PictureError
from vitpose_plus.evaluation.score import score
from vitpose_plus.evaluation_pages import ModelEvaluation, write_report
from vitpose_plus.evaluation_pages.task_section import task_section

NAMES = ["coco", "coco_wholebody", "mpii", "ap10k"]


@pytest.mark.parametrize("name", NAMES)
def test_a_report_stands_alone_and_is_well_formed(make_evaluation, tmp_path, page_of, name):
    model = ModelEvaluation("the model", [make_evaluation(name)])
    path = write_report(model, tmp_path / "report", resamples=5)
    assert path == tmp_path / "report/index.html"
    assert [file.name for file in path.parent.iterdir()] == ["index.html"]
    addresses = page_of(path).addresses
    assert f"#{name}" in addresses
    pictures = [address for address in addresses if not address.startswith("#")]
    assert len(pictures) == 9
    assert all(address.startswith("data:image/jpeg;base64,") for address in pictures)


def test_facts_and_names_are_told_and_escaped(make_evaluation, tmp_path):
    model = ModelEvaluation("a<b>", [make_evaluation()], {"seed": "7 & 8"})
    text = write_report(model, tmp_path / "report", resamples=5).read_text()
    for told in ("a&lt;b&gt;", "7 &amp; 8", "&lt;dog&gt;", "5 redrawings", "n/a"):
        assert told in text
    assert "a<b>" not in text


def test_the_same_evaluation_gives_the_same_report(make_evaluation, tmp_path):
    model = ModelEvaluation("model", [make_evaluation(), make_evaluation("mpii")])
    pages = [write_report(model, tmp_path / "report", resamples=9).read_bytes() for _ in range(2)]
    assert pages[0] == pages[1]


def test_a_failure_leaves_the_former_report(make_evaluation, tmp_path):
    model = ModelEvaluation("model", [make_evaluation()])
    before = write_report(model, tmp_path / "report", resamples=5).read_bytes()
    (tmp_path / "pictures/0.png").unlink()
    with pytest.raises(PictureError, match=r"0\.png does not exist"):
        write_report(model, tmp_path / "report", resamples=5)
    assert (tmp_path / "report/index.html").read_bytes() == before


@pytest.mark.parametrize("name", ["coco", "mpii"])
def test_a_sections_interval_is_around_the_figure_itself(make_evaluation, name):
    task = make_evaluation(name)
    split = task.split
    figures = score(task.predictions, split.table, split.skeleton, split.metrics)
    section = task_section(replace(task, figures=figures), resamples=50, seed=0)
    assert section.main.interval.value == pytest.approx(section.main.value)
    assert section.main.interval.low < section.main.value < section.main.interval.high
    assert not [row.name for row in section.figures if row.name.endswith("left_out")]


def test_a_section_counts_every_labelled_keypoint_once(make_evaluation):
    task = make_evaluation("coco_wholebody")
    section = task_section(task, resamples=2, seed=0)
    labelled = int((task.split.table.visibility > 0).sum())
    assert section.keypoints == sum(section.kinds) == labelled
    assert sum(sum(line.kinds) for line in section.lines) == labelled
    assert (section.pictures, section.instances) == (3, 9)


def test_only_sets_scored_by_oks_have_a_cost_of_scores(make_evaluation):
    costs = {
        name: [
            cost.mended for cost in task_section(make_evaluation(name), resamples=2, seed=0).costs
        ]
        for name in ("coco", "mpii")
    }
    assert costs["coco"][-1] == "scores"
    assert "scores" not in costs["mpii"]
