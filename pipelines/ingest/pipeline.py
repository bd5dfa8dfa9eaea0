"""`kedro run --pipeline=ingest`."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.check_leaks.pipeline import create_leaks_of_pipeline, create_leaks_pipeline
from pipelines.ingest.nodes import draw_sample, ingest_chosen, ingest_missing

_DRAW = node(draw_sample, inputs="params:data", outputs="is_sample", name="draw_sample")


def create_sample_pipeline() -> Pipeline:
    """Draw the sample alone."""
    return pipeline([_DRAW])


def create_pipeline() -> Pipeline:
    """Every configured data set, anew, or the one that `data.only` names."""
    ingest = node(
        ingest_chosen, inputs=["params:data", "is_sample"], outputs="ingested", name="ingest"
    )
    return pipeline([_DRAW, ingest]) + create_leaks_pipeline()


def create_missing_tables_pipeline(experiment: str) -> Pipeline:
    """What a training of this experiment needs and does not find."""
    return create_tables_pipeline(experiment) + create_leaks_of_pipeline(experiment)


def create_tables_pipeline(experiment: str) -> Pipeline:
    """The same without a look for leaks, which a scoring does not ask for."""
    ingest = node(
        ingest_missing,
        inputs=["params:data", f"params:{experiment}.tasks", "is_sample"],
        outputs=f"ingested_for_{experiment}",
        name="ingest_missing",
    )
    return pipeline([_DRAW, ingest])
