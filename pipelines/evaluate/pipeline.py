"""`kedro run --pipeline=evaluate`: score a model, the best that a training left or any other."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.evaluate.detected import score_detected
from pipelines.evaluate.held_out import predict_held_out
from pipelines.evaluate.nodes import draw_held_out, find_model, report_held_out, score_held_out

DATA, EVALUATION, SEED = "params:data", "params:evaluation", "params:seed"


def create_pipeline(experiment: str) -> Pipeline:
    """Score what lies in the experiment's models folder, or the model that is named."""
    find = node(
        find_model,
        inputs=[f"params:{experiment}", EVALUATION],
        outputs=f"best_{experiment}",
        name="find_model",
    )
    return pipeline([find]) + create_scoring_pipeline(experiment)


def create_scoring_pipeline(experiment: str) -> Pipeline:
    """Predict, score, draw and report an experiment's held-out splits."""
    model, poses = f"best_{experiment}", f"held_out_poses_of_{experiment}"
    settings, figures = f"params:{experiment}", f"metrics_of_{experiment}"
    return pipeline(
        [
            node(
                predict_held_out,
                inputs=[model, DATA, settings, EVALUATION],
                outputs=poses,
                name="predict_held_out",
            ),
            node(
                score_held_out,
                inputs=[poses, DATA, settings, EVALUATION],
                outputs=figures,
                name="score_held_out",
            ),
            node(
                score_detected,
                inputs=[model, DATA, settings, EVALUATION],
                outputs=f"detected_metrics_of_{experiment}",
                name="score_detected",
            ),
            node(
                draw_held_out,
                inputs=[poses, settings, EVALUATION],
                outputs=None,
                name="draw_held_out",
            ),
            node(
                report_held_out,
                inputs=[poses, figures, model, settings, EVALUATION, SEED],
                outputs=None,
                name="report_held_out",
            ),
        ]
    )
