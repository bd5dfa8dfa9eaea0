"""The table of contents: `kedro registry list`."""

from kedro.pipeline import Pipeline

from pipelines import (
    check_leaks,
    cut_crops,
    evaluate,
    ingest,
    train_vitpose,
    train_vitpose_plus,
)


def register_pipelines() -> dict[str, Pipeline]:
    """Every pipeline by the name that `kedro run --pipeline=` takes."""
    main = train_vitpose_plus.create_pipeline()
    return {
        "__default__": main,
        "draw_sample": ingest.create_sample_pipeline(),
        "ingest": ingest.create_pipeline(),
        "check_leaks": check_leaks.create_pipeline(),
        "cut_crops": cut_crops.create_pipeline(),
        "train_vitpose": train_vitpose.create_pipeline(),
        "train_vitpose_plus": main,
        "evaluate": evaluate.create_pipeline(),
    }
