"""`kedro run --pipeline=evaluate`: score a model, the best that a training left or any other."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.evaluate.detected import score_detected
from pipelines.evaluate.held_out import predict_held_out
from pipelines.evaluate.nodes import draw_held_out, report_held_out, score_held_out
from pipelines.evaluate.target import find_model_after, trained_model
from pipelines.ingest.pipeline import create_tables_pipeline

DATA, EVALUATION, SEED = "params:data", "params:evaluation", "params:seed"


def create_pipeline(experiment: str) -> Pipeline:
    """Score what lies in the experiment's models folder, or the model that is named.

    The experiment's data sets are ingested first where they are not.
    """
    find = node(
        find_model_after,
        inputs=[f"params:{experiment}", EVALUATION, f"ingested_for_{experiment}"],
        outputs=f"target_of_{experiment}",
        name="find_model",
    )
    return (
        create_tables_pipeline(experiment) + pipeline([find]) + _create_scoring_pipeline(experiment)
    )


def create_scoring_pipeline(experiment: str) -> Pipeline:
    """Score what the experiment's training has just left."""
    take = node(
        trained_model,
        inputs=[f"best_{experiment}", f"params:{experiment}"],
        outputs=f"target_of_{experiment}",
        name="trained_model",
    )
    return pipeline([take]) + _create_scoring_pipeline(experiment)


def _create_scoring_pipeline(experiment: str) -> Pipeline:
    """Predict, score, draw and report held-out splits."""
    target, poses = f"target_of_{experiment}", f"held_out_poses_of_{experiment}"
    figures = f"metrics_of_{experiment}"
    return pipeline(
        [
            node(
                predict_held_out,
                inputs=[target, DATA, EVALUATION],
                outputs=poses,
                name="predict_held_out",
            ),
            node(
                score_held_out,
                inputs=[poses, target, DATA, EVALUATION],
                outputs=figures,
                name="score_held_out",
            ),
            node(
                score_detected,
                inputs=[target, DATA, EVALUATION],
                outputs=f"detected_metrics_of_{experiment}",
                name="score_detected",
            ),
            node(
                draw_held_out,
                inputs=[poses, target, EVALUATION],
                outputs=None,
                name="draw_held_out",
            ),
            node(
                report_held_out,
                inputs=[poses, figures, target, EVALUATION, SEED],
                outputs=None,
                name="report_held_out",
            ),
        ]
    )
