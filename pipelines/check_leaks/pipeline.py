"""`kedro run --pipeline=check_leaks`."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.check_leaks.nodes import find_leaks, find_leaks_after


def create_pipeline() -> Pipeline:
    """Compare what is ingested."""
    return pipeline([node(find_leaks, inputs="params:data", outputs="leaks", name="find_leaks")])


def create_leaks_pipeline(*, after: str) -> Pipeline:
    """The same as a part of a pipeline that ingests.

    Args:
        after: the output of its ingestion.
    """
    find = node(find_leaks_after, inputs=["params:data", after], outputs="leaks", name="find_leaks")
    return pipeline([find])
