"""The table of contents: `kedro registry list`."""

from kedro.pipeline import Pipeline

from pipelines import (
    check_leaks,
    compare,
    cut_crops,
    distill,
    evaluate,
    ingest,
    pretrain_mae,
    promote,
    rollback,
    train_vitpose,
    train_vitpose_plus,
    whole,
)


def register_pipelines() -> dict[str, Pipeline]:
    """Every pipeline by the name that `kedro run --pipeline=` takes."""
    return {
        "__default__": whole.create_pipeline(),
        "draw_sample": ingest.create_sample_pipeline(),
        "ingest": ingest.create_pipeline(),
        "check_leaks": check_leaks.create_pipeline(),
        "cut_crops": cut_crops.create_pipeline(),
        "pretrain_mae": pretrain_mae.create_pipeline(),
        "train_vitpose": train_vitpose.create_pipeline(),
        "train_vitpose_plus": train_vitpose_plus.create_pipeline(),
        "distill": distill.create_pipeline(),
        "evaluate": evaluate.create_pipeline("vitpose_plus"),
        "evaluate_distilled": evaluate.create_pipeline("distilled"),
        "compare": compare.create_pipeline(),
        "promote": promote.create_pipeline("vitpose_plus"),
        "rollback": rollback.create_pipeline(),
    }
