"""`kedro run --pipeline=promote`: an evaluated model into the registry, and to champion."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.evaluate.target import find_model
from pipelines.promote.nodes import collect_evidence, promote_model


def create_pipeline(experiment: str) -> Pipeline:
    """Promote what the experiment's training left and was evaluated, or the model that is named."""
    target, evidence = f"target_of_{experiment}", f"evidence_of_{experiment}"
    own = f"params:{experiment}"
    rest = ["params:data", "params:evaluation", "params:promotion", "params:seed"]
    return pipeline(
        [
            node(
                find_model,
                inputs=[own, "params:evaluation"],
                outputs=target,
                name="find_model",
            ),
            node(
                collect_evidence,
                inputs=[target, "params:data"],
                outputs=evidence,
                name="collect_evidence",
            ),
            node(
                promote_model,
                inputs=[evidence, own, *rest],
                outputs=f"promotion_of_{experiment}",
                name="promote_model",
            ),
        ]
    )
