"""dvc.yaml itself: what takes DVC a second to tell, before a stage runs for minutes."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def repository():
    from dvc.repo import Repo

    with Repo(str(PROJECT)) as repository:
        yield repository


def test_every_parameter_that_a_stage_names_stands_in_its_file(repository):
    from dvc.dependency.param import ParamsDependency

    found = 0
    for stage in repository.index.stages:
        for dependency in stage.deps:
            if isinstance(dependency, ParamsDependency):
                dependency.get_hash()  # raises MissingParamsError
                found += 1
    assert found > 20


def test_every_code_dependency_is_there(repository):
    paths = {
        dependency.def_path
        for stage in repository.index.stages
        for dependency in stage.deps
        if dependency.def_path.startswith(("src/", "pipelines"))
    }
    assert "src/vitpose_plus/datasets" in paths
    assert [path for path in paths if not (PROJECT / path).exists()] == []


@pytest.mark.parametrize(
    ("stage", "before"),
    [
        ("train", {"pretrain_mae", "crops", "leaks", "ingest@coco", "sample"}),
        ("distill", {"train"}),
        ("evaluate", {"train"}),
        ("evaluate_distilled", {"distill"}),
    ],
)
def test_stages_run_after_what_they_read(repository, stage, before):
    import networkx

    graph = repository.index.graph  # an edge leads to what a stage needs
    (node,) = [one for one in graph if one.addressing == stage]
    assert before <= {one.addressing for one in networkx.descendants(graph, node)}
