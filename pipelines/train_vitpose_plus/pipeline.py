"""`kedro run --pipeline=train_vitpose_plus`: the main job."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.cut_crops import create_crops_pipeline
from pipelines.evaluate.pipeline import create_scoring_pipeline
from pipelines.ingest import create_missing_tables_pipeline
from pipelines.train_vitpose_plus.nodes import store_model, train


def create_pipeline() -> Pipeline:
    """Ingest what is missing, train on all tasks, score, track."""
    return create_training_pipeline("vitpose_plus")


def create_training_pipeline(experiment: str, recipe: str = "params:training") -> Pipeline:
    """The same for any experiment under its own key in the parameters.

    Args:
        experiment: the key.
        recipe: what the network is trained by; a step before may have made it.
    """
    settings = ["params:data", f"params:{experiment}"]
    steps = [
        node(
            train,
            inputs=[
                f"crops_for_{experiment}",
                *settings,
                "params:model",
                recipe,
                "params:evaluation",
                "params:seed",
            ],
            outputs=f"best_{experiment}",
            name="train",
        ),
        node(
            store_model,
            inputs=[f"best_{experiment}", *settings, "params:evaluation"],
            outputs=None,
            name="store_model",
        ),
    ]
    before = create_missing_tables_pipeline(experiment) + create_crops_pipeline(experiment)
    return before + pipeline(steps) + create_scoring_pipeline(experiment)
