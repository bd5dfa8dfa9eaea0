"""`kedro run --pipeline=check_leaks`."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.check_leaks.nodes import find_leaks, find_leaks_after_ingestion, find_leaks_of


def create_pipeline() -> Pipeline:
    """Compare what is ingested."""
    return pipeline([node(find_leaks, inputs="params:data", outputs="leaks", name="find_leaks")])


def create_leaks_pipeline() -> Pipeline:
    """The same at the end of an ingestion."""
    find = node(
        find_leaks_after_ingestion,
        inputs=["params:data", "ingested"],
        outputs="leaks",
        name="find_leaks",
    )
    return pipeline([find])


def create_leaks_of_pipeline(experiment: str) -> Pipeline:
    """The same for a training of this experiment, whose data sets are ingested before."""
    find = node(
        find_leaks_of,
        inputs=["params:data", f"params:{experiment}.tasks", f"ingested_for_{experiment}"],
        outputs=f"leaks_of_{experiment}",
        name="find_leaks",
    )
    return pipeline([find])
