"""`kedro run --pipeline=cut_crops`: for the multi-task training."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.cut_crops.nodes import cut_crops, cut_crops_after, room_for_all

_TRAINED = ("model", "student", "training", "student_training", "pretraining", "distillation")
_ROOM = node(
    room_for_all,
    inputs=[f"params:{name}" for name in _TRAINED],
    outputs="room_for_all",
    name="room_for_all",
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
    return ["params:data", f"params:{experiment}.tasks", "room_for_all"]
