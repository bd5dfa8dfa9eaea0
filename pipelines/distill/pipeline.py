"""`kedro run --pipeline=distill`: a student learns from a trained teacher."""

from kedro.pipeline import Pipeline, node, pipeline

from pipelines.cut_crops import create_crops_pipeline
from pipelines.distill.nodes import find_teacher, fit_knowledge_token, train_student
from pipelines.evaluate.pipeline import create_scoring_pipeline
from pipelines.ingest import create_missing_tables_pipeline
from pipelines.train_vitpose_plus.nodes import store_model

_STUDENT = ("data", "distilled", "student", "student_training")


def create_pipeline(lesson: str = "params:distillation") -> Pipeline:
    """Ingest what is missing, learn the token, train the student, score, track.

    Args:
        lesson: the teacher and what is taken from it; a step before may have made it.
    """
    before = create_missing_tables_pipeline("distilled") + create_crops_pipeline("distilled")
    return before + _phases(lesson) + create_scoring_pipeline("distilled")


def _phases(lesson: str) -> Pipeline:
    crops, recipe = "crops_for_distilled", _parameters("evaluation", "seed")
    return pipeline(
        [
            node(
                find_teacher,
                inputs=[lesson, *_parameters("distilled")],
                outputs="teacher",
                name="find_teacher",
            ),
            node(
                fit_knowledge_token,
                inputs=[crops, "teacher", *_parameters(*_STUDENT), lesson, *recipe],
                outputs="knowledge_token",
                name="fit_knowledge_token",
            ),
            node(
                train_student,
                inputs=[
                    *(crops, "teacher", "knowledge_token"),
                    *_parameters(*_STUDENT),
                    lesson,
                    *recipe,
                ],
                outputs="best_distilled",
                name="train_student",
            ),
            node(
                store_model,
                inputs=["best_distilled", *_parameters("data", "distilled", "evaluation")],
                outputs=None,
                name="store_model",
            ),
        ]
    )


def _parameters(*names: str) -> list[str]:
    return [f"params:{name}" for name in names]
