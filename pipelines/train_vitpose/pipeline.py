"""`kedro run --pipeline=train_vitpose`: one data set, no experts."""

from kedro.pipeline import Pipeline

from pipelines.train_vitpose_plus.pipeline import create_training_pipeline


def create_pipeline() -> Pipeline:
    """Ingest what is missing, train on one task, score, track."""
    return create_training_pipeline("vitpose")
