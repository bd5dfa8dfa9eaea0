"""`kedro run --pipeline=cut_crops`: for the multi-task training."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.cut_crops.nodes import cut_crops, cut_crops_after, widest_augmentation

_ROOM = node(
    widest_augmentation,
    inputs=["params:training", "params:pretraining", "params:distillation"],
    outputs="widest_augmentation",
    name="widest_augmentation",
)


def create_pipeline() -> Pipeline:
    """Cut the crops of the tables that are there."""
    cut = node(cut_crops, inputs=_inputs("vitpose_plus"), outputs="crops", name="cut_crops")
    return pipeline([_ROOM, cut])


def create_crops_pipeline(experiment: str) -> Pipeline:
    """The same as a part of a training of this experiment."""
    cut = node(
        cut_crops_after,
        inputs=[*_inputs(experiment), f"leaks_of_{experiment}"],
        outputs=f"crops_for_{experiment}",
        name="cut_crops",
    )
    return pipeline([_ROOM, cut])


def _inputs(experiment: str) -> list[str]:
    return ["params:data", f"params:{experiment}.tasks", "params:model", "widest_augmentation"]
