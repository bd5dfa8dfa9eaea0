"""`kedro run --pipeline=compare`: two models that were evaluated on the same pictures."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.compare.nodes import compare_models


def create_pipeline() -> Pipeline:
    """Write the page that compares them."""
    inputs = ["params:comparison", "params:data", "params:evaluation", "params:seed"]
    return pipeline([node(compare_models, inputs=inputs, outputs=None, name="compare_models")])
