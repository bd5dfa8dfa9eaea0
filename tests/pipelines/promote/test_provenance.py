import logging
from dataclasses import replace
from pathlib import Path

import mlflow
import pytest

from pipelines.code_version import code_version
from pipelines.evaluate.evaluated_run import tag_evaluated_run
from pipelines.evaluate.held_out import kept_held_out
from pipelines.evaluate.nodes import score_held_out
from pipelines.promote.card import render_card
from pipelines.promote.evidence import read_evidence
from pipelines.promote.provenance import data_versions, trace


@pytest.fixture
def tables(workplace, monkeypatch):
    """The ingested sets' folder, in a place that DVC looks after."""
    monkeypatch.chdir(workplace.folder)
    from dvc.repo import Repo

    # It logs into the stream of whichever test was the first to use it, long closed by now.
    log = logging.getLogger("dvc")
    before = log.level
    log.setLevel(logging.ERROR)
    with Repo.init(no_scm=True) as repo:
        repo.add("tables/coco")
    log.setLevel(before)
    return workplace


def test_dvcs_hash_counts_where_dvc_has_recorded_the_tables(tables):
    recorded = (tables.folder / "tables/coco.dvc").read_text()
    found = data_versions(tables.parameters.data.tables, ("coco", "mpii"))
    name, _, hash_ = found["coco"].partition(":")
    assert name == "dvc"
    assert f"md5: {hash_}" in recorded
    assert found["mpii"] == "manifest:of mpii"


def test_tables_that_were_ingested_anew_are_not_what_dvc_recorded(tables):
    tables.ingest_anew()
    found = data_versions(tables.parameters.data.tables, ("coco",))
    assert found["coco"] == "manifest:of coco"


def test_without_dvc_the_manifest_tells(workplace, monkeypatch):
    monkeypatch.chdir(workplace.folder)
    assert data_versions(workplace.parameters.data.tables, ("coco",)) == {
        "coco": "manifest:of coco"
    }


@pytest.fixture
def evaluated(workplace):
    """An evaluated model, and what is known of it."""
    workplace.model("a", noise=4.0)
    target = workplace.target("a")
    return read_evidence(Path(target.weights), target.reports)


def evaluate_in_a_run(evidence):
    with mlflow.start_run() as run:
        tag_evaluated_run(evidence.reports, evidence.submission.weights)
    return run.info.run_id


def trace_in_a_run(workplace, evidence):
    with mlflow.start_run():
        return trace(evidence, workplace.parameters.data.tables)


def test_the_newest_run_of_the_very_evaluation_is_found_with_its_commit(workplace, evaluated):
    evaluate_in_a_run(evaluated)
    newest = evaluate_in_a_run(evaluated)
    workplace.model("b", noise=3.0)
    other = workplace.target("b")
    evaluate_in_a_run(read_evidence(Path(other.weights), other.reports))
    found = trace_in_a_run(workplace, evaluated)
    assert found.evaluated.id == newest
    assert found.evaluated.code == found.promoting == code_version()
    tags = found.tags()
    assert (tags["evaluated_run"], tags["git_commit"]) == (newest, code_version().commit)
    assert tags["promotion.git_commit"] == code_version().commit
    workplace.evaluate("a", 4.1)  # the same weights, another evaluation
    assert trace_in_a_run(workplace, evaluated).evaluated is None


def test_scoring_lets_its_run_be_found(workplace, evaluated):
    target, asked = workplace.target("a"), workplace.parameters
    sources = {name: asked.data.datasets[name] for name in ("coco", "mpii")}
    for name, source in sources.items():  # without a training split no mean pose is asked for
        sources[name] = replace(source, splits={"val": source.splits["val"]})
    data = replace(asked.data, datasets=sources)
    with mlflow.start_run() as run:
        held_out = kept_held_out(target.reports, data, "val")
        score_held_out(held_out, target, data, asked.evaluation)
    assert trace_in_a_run(workplace, evaluated).evaluated.id == run.info.run_id


def test_one_run_that_scores_several_models_is_found_for_each(workplace, evaluated):
    workplace.model("b", noise=3.0)
    other = workplace.target("b")
    others = read_evidence(Path(other.weights), other.reports)
    with mlflow.start_run() as run:
        for evidence in (evaluated, others):
            tag_evaluated_run(evidence.reports, evidence.submission.weights)
    for evidence in (evaluated, others):
        assert trace_in_a_run(workplace, evidence).evaluated.id == run.info.run_id


def test_an_evaluation_without_a_run_has_no_commit_but_the_promoting_one(workplace, evaluated):
    tags = trace_in_a_run(workplace, evaluated).tags()
    assert tags["evaluated_run"] == tags["git_commit"] == tags["git_dirty"] == "unknown"
    assert tags["promotion.git_commit"] == code_version().commit


def test_the_card_says_where_the_figures_come_from(workplace, evaluated):
    def card():
        origin = trace_in_a_run(workplace, evaluated)
        return render_card(workplace.parameters.promotion.card, "poses", evaluated, origin)

    assert "nobody knows by which code" in card()
    run = evaluate_in_a_run(evaluated)
    assert f"in run `{run}`, by commit `{code_version().commit}`" in card()
