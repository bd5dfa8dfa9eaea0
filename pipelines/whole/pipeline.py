"""`kedro run`: ingest, pretrain, train, distill, and score what was trained."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines import distill, pretrain_mae
from pipelines.train_vitpose_plus.pipeline import create_training_pipeline
from pipelines.whole.nodes import start_from, teach_with

RECIPE, LESSON = "training_from_mae", "distillation_of_best"


def create_pipeline() -> Pipeline:
    """The pipelines of their names one after another, each in a namespace of its own."""
    start = node(
        start_from, inputs=["mae_weights", "params:training"], outputs=RECIPE, name="start_from"
    )
    teach = node(
        teach_with,
        inputs=["best_vitpose_plus", "params:distillation"],
        outputs=LESSON,
        name="teach_with",
    )
    training = create_training_pipeline("vitpose_plus", RECIPE)
    return pipeline(
        [
            _step("mae", pretrain_mae.create_pipeline(), gives="mae_weights"),
            start,
            _step("vitpose_plus", training, takes={RECIPE}, gives="best_vitpose_plus"),
            teach,
            _step("distilled", distill.create_pipeline(LESSON), takes={LESSON}),
        ]
    )


def _step(
    namespace: str, steps: Pipeline, *, takes: set[str] | None = None, gives: str | None = None
) -> Pipeline:
    """The pipeline under a namespace; what it takes and gives has the names it had."""
    return pipeline(
        steps,
        namespace=namespace,
        inputs=takes,
        outputs=gives,
        parameters={name for name in steps.inputs() if name.startswith("params:")},
    )
