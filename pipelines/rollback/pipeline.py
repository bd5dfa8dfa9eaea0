"""`kedro run --pipeline=rollback`: the champion withdrawn, the former one brought back."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.rollback.nodes import roll_back


def create_pipeline() -> Pipeline:
    """Take one step back."""
    return pipeline([node(roll_back, inputs="params:promotion", outputs=None, name="roll_back")])
