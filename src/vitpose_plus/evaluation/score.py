"""A data set's figures by its own metrics."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from vitpose_plus.datasets.source import Metric
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.aic import evaluate_aic
from vitpose_plus.evaluation.checks import check_complete
from vitpose_plus.evaluation.crowdpose import evaluate_crowdpose
from vitpose_plus.evaluation.hand import evaluate_hand
from vitpose_plus.evaluation.keypoint_figures import measure_keypoints
from vitpose_plus.evaluation.oks import Backend, evaluate_oks
from vitpose_plus.evaluation.pck import evaluate_pck, evaluate_pckh
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.subsets import by_family, by_species, evaluate_parts, mean_of_parts
from vitpose_plus.evaluation.wholebody import evaluate_wholebody
from vitpose_plus.skeletons import Skeleton

SHOWN: Mapping[Metric, tuple[str, ...]] = MappingProxyType(
    {
        "oks": ("AP",),
        "pckh": ("PCKh@0.5", "PCKh@0.1"),
        "pck": ("PCK@0.2",),
        "hand": ("AUC", "PCK", "EPE"),
        "wholebody": ("AP_body", "AP_foot", "AP_face", "AP_hand"),
        "crowdpose": ("AP_easy", "AP_medium", "AP_hard"),
        "aic": ("AIC_score",),
        "animals": ("AP_species", "AP_families"),
    }
)
"""What a table shows of each metric, its main figure first. EPE is in pixels: less is better."""


def main_figure(metrics: Sequence[Metric]) -> str:
    """The name of the figure that a data set is known by: its first metric's."""
    return SHOWN[metrics[0]][0]


def shown_figures(metrics: Sequence[Metric]) -> tuple[str, ...]:
    """The names of the figures that a table shows, the main one first."""
    return tuple(name for metric in metrics for name in SHOWN[metric])


def score(
    predictions: Predictions,
    truth: AnnotationTable,
    skeleton: Skeleton,
    metrics: Sequence[Metric],
    *,
    backend: Backend = "fast",
) -> dict[str, float]:
    """Figures of all the metrics, by name; of one that two metrics know, the later's.

    Args:
        predictions: poses of the split's trainable rows, of all of them.
        truth: the whole split: OKS needs the crowds too.
        skeleton: the data set's keypoints.
        metrics: what to compute.
        backend: of COCO's ten figures: our evaluator, or pycocotools.

    Returns:
        Shares 0..1, EPE in pixels, and counts of rows left out; nan where there is nothing to
        measure. The main figure stands first.

    Raises:
        PredictionError: a row was not predicted, or twice.
    """
    check_complete(predictions, truth)
    figures: dict[str, float] = {}
    for metric in metrics:
        figures |= _score(predictions, truth, skeleton, metric, backend)
    return figures


def score_results(
    found: Results,
    truth: AnnotationTable,
    skeleton: Skeleton,
    metrics: Sequence[Metric],
    *,
    pictures: Iterable[str] = (),
    backend: Backend = "fast",
) -> dict[str, float]:
    """The figures of poses that belong to no row, as those in a detector's boxes.

    Metrics that measure an instance's own pose are left out: which pose is whose is not known.

    Args:
        found: M poses with their scores.
        truth: the whole split.
        skeleton: the data set's keypoints.
        metrics: the data set's.
        pictures: ids of the split's pictures, those without anybody too.
        backend: of COCO's ten figures.

    Raises:
        PredictionError: a pose's picture is not among them.
    """
    figures: dict[str, float] = {}
    if "oks" in metrics:
        figures |= evaluate_oks(found, skeleton, truth, pictures=pictures, backend=backend)
    if "wholebody" in metrics:
        figures |= evaluate_wholebody(found, skeleton, truth, pictures=pictures)
    if "crowdpose" in metrics:
        figures |= evaluate_crowdpose(found, skeleton, truth, pictures=pictures)
    return figures


def instance_figures(
    predictions: Predictions, skeleton: Skeleton, metrics: Sequence[Metric]
) -> np.ndarray:
    """One figure an instance by the first metric, to rank pictures by.

    Returns:
        [N] in 0..1: its OKS, its share of labelled keypoints within 0.5 head sizes (pckh) or 0.2
        torso lengths (pck), its AUC (hand); nan where the instance cannot be measured.
    """
    return measure_keypoints(predictions, skeleton, metrics).of_instances


def _score(
    predictions: Predictions,
    truth: AnnotationTable,
    skeleton: Skeleton,
    metric: Metric,
    backend: Backend,
) -> dict[str, float]:
    match metric:
        case "oks":
            return evaluate_oks(predictions, skeleton, truth, backend=backend)
        case "pckh":
            return evaluate_pckh(predictions, skeleton)
        case "pck":
            return evaluate_pck(predictions, skeleton)
        case "hand":
            return evaluate_hand(predictions)
        case "wholebody":
            return evaluate_wholebody(predictions, skeleton, truth)
        case "crowdpose":
            return evaluate_crowdpose(predictions, skeleton, truth)
        case "aic":
            return evaluate_aic(predictions, skeleton, truth)
        case "animals":
            return _animals(predictions, truth, skeleton)


def _animals(
    predictions: Predictions, truth: AnnotationTable, skeleton: Skeleton
) -> dict[str, float]:
    """AP's mean over species, over families, and each family's own."""
    species = evaluate_parts(predictions, skeleton, by_species(truth), truth)
    families = evaluate_parts(predictions, skeleton, by_family(truth), truth)
    means = {
        "AP_species": mean_of_parts(species)["AP"],
        "AP_families": mean_of_parts(families)["AP"],
    }
    return means | {f"AP_{family.name}": family.figures["AP"] for family in families}
