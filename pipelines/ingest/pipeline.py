"""`kedro run --pipeline=ingest`."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.ingest.nodes import draw_sample, ingest_all, ingest_missing

_DRAW = node(draw_sample, inputs="params:data", outputs="is_sample", name="draw_sample")


def create_pipeline() -> Pipeline:
    """Every configured data set, anew."""
    ingest = node(
        ingest_all, inputs=["params:data", "is_sample"], outputs="ingested", name="ingest"
    )
    return pipeline([_DRAW, ingest])


def create_missing_tables_pipeline(experiment: str) -> Pipeline:
    """What a training of this experiment needs and does not find."""
    ingest = node(
        ingest_missing,
        inputs=["params:data", f"params:{experiment}", "is_sample"],
        outputs=f"ingested_for_{experiment}",
        name="ingest_missing",
    )
    return pipeline([_DRAW, ingest])
