"""`kedro run --pipeline=evaluate`: score the best model that a training left."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.evaluate.nodes import (
    draw_held_out,
    find_best_model,
    predict_held_out,
    score_held_out,
)


def create_pipeline(experiment: str) -> Pipeline:
    """Score what lies in the experiment's models folder."""
    find = node(
        find_best_model,
        inputs=f"params:{experiment}",
        outputs=f"best_{experiment}",
        name="find_best_model",
    )
    return pipeline([find]) + create_scoring_pipeline(experiment)


def create_scoring_pipeline(experiment: str) -> Pipeline:
    """Predict, score and draw an experiment's held-out splits."""
    model, poses = f"best_{experiment}", f"held_out_poses_of_{experiment}"
    data, settings, evaluation = "params:data", f"params:{experiment}", "params:evaluation"
    return pipeline(
        [
            node(
                predict_held_out,
                inputs=[model, data, settings, evaluation],
                outputs=poses,
                name="predict_held_out",
            ),
            node(
                score_held_out,
                inputs=[poses, data, settings],
                outputs=f"metrics_of_{experiment}",
                name="score_held_out",
            ),
            node(
                draw_held_out,
                inputs=[poses, settings, evaluation],
                outputs=None,
                name="draw_held_out",
            ),
        ]
    )
