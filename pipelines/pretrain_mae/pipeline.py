"""`kedro run --pipeline=pretrain_mae`."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.cut_crops import create_crops_pipeline
from pipelines.ingest import create_missing_tables_pipeline
from pipelines.pretrain_mae.nodes import pretrain


def create_pipeline() -> Pipeline:
    """Ingest what is missing, cut crops, learn to guess what is hidden."""
    inputs = ["data", "mae", "model", "pretraining", "evaluation", "seed"]
    learn = node(
        pretrain,
        inputs=["crops_for_mae", *(f"params:{name}" for name in inputs)],
        outputs="mae_weights",
        name="pretrain",
    )
    before = create_missing_tables_pipeline("mae") + create_crops_pipeline("mae")
    return before + pipeline([learn])
