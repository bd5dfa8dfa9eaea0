"""Two models on the same pictures."""

from pathlib import Path

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.significance import RESAMPLES
from vitpose_plus.evaluation_pages.evaluated import ModelEvaluation
from vitpose_plus.evaluation_pages.page import write_page
from vitpose_plus.evaluation_pages.task_comparison import compare_task


def write_comparison(
    first: ModelEvaluation,
    second: ModelEvaluation,
    folder: Path,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Path:
    """Write a page that shows what the second model has over the first, and how sure that is.

    Args:
        first: model A's poses and figures.
        second: model B's; tasks that only one of them has are named.
        folder: is replaced; gets `index.html`, which stands alone.
        resamples: draws of pictures for the intervals.
        seed: of the draws.

    Returns:
        The page.

    Raises:
        ConfigurationError: the models have no task in common.
        PredictionError: they were not scored on the same instances.
        PictureError: a picture that is to be shown is missing or broken.
    """
    ours, theirs = ({task.task: task for task in one.tasks} for one in (first, second))
    common = [name for name in ours if name in theirs]
    if not common:
        raise ConfigurationError(
            f"{first.model} was evaluated on {', '.join(ours)}, {second.model} on "
            f"{', '.join(theirs)}: nothing to compare. Evaluate both on a common data set"
        )
    sections = [
        compare_task(ours[name], theirs[name], resamples=resamples, seed=seed) for name in common
    ]
    return write_page(
        folder,
        "comparison.html.j2",
        models=(("A", first), ("B", second)),
        only={"A": sorted(set(ours) - set(theirs)), "B": sorted(set(theirs) - set(ours))},
        sections=sections,
        resamples=resamples,
        seed=seed,
    )
