"""One model's report."""

from pathlib import Path

from vitpose_plus.evaluation.significance import RESAMPLES
from vitpose_plus.evaluation_pages.evaluated import ModelEvaluation
from vitpose_plus.evaluation_pages.page import write_page
from vitpose_plus.evaluation_pages.task_section import task_section
from vitpose_plus.inference.skeleton_figure import WIDTH


def write_report(
    evaluation: ModelEvaluation, folder: Path, *, resamples: int = RESAMPLES, seed: int = 0
) -> Path:
    """Write a page that shows how good a model is, where it errs and how.

    Args:
        evaluation: the model's poses and figures.
        folder: is replaced; gets `index.html`, which stands alone.
        resamples: draws of pictures for the intervals.
        seed: of the draws.

    Returns:
        The page.

    Raises:
        PictureError: a picture that is to be shown is missing or broken.
    """
    sections = [task_section(task, resamples=resamples, seed=seed) for task in evaluation.tasks]
    return write_page(
        folder,
        "report.html.j2",
        model=evaluation.model,
        facts=evaluation.facts,
        sections=sections,
        resamples=resamples,
        seed=seed,
        width=WIDTH,
    )
