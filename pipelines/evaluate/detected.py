"""Node: poses in a detector's boxes, as published results have them."""

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.parameters import Data, DetectedBoxes, Evaluation, Experiment
from pipelines.tracking import log_figures
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.report import Scores, render_scores, write_scores

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPose

log = logging.getLogger(__name__)


def score_detected(
    model: str, data: Data, experiment: Experiment, evaluation: Evaluation
) -> dict[str, dict[str, float]]:
    """Predict in each named set's detected boxes, thin out, score, keep COCO's results JSON.

    Returns:
        Figures by data set; none where no detections are configured.

    Raises:
        ConfigurationError: a data set of the detections is not known.
        PredictionError: a detections file is broken.
    """
    if not evaluation.detections:
        return {}
    import torch

    from vitpose_plus.checkpoints import load_model
    from vitpose_plus.evaluation.oks import FIGURES

    network = load_model(model).to("cuda" if torch.cuda.is_available() else "cpu")
    reports = evaluation.reports_of(experiment)
    scores = []
    for name, boxes in evaluation.detections.items():
        if name not in data.datasets:
            raise ConfigurationError(
                f"evaluation.detections: no data set {name}, only {', '.join(data.datasets)}"
            )
        split = read_split(data.tables / name, evaluation.split)
        figures, count = _score(network, split, boxes, evaluation, reports)
        scores.append(Scores(name, FIGURES, figures, {}, count))
        finite = {key: value for key, value in figures.items() if math.isfinite(value)}
        log_figures({f"detected/{key}_{name}": value for key, value in finite.items()})
    path = reports / "metrics_detected.json"
    write_scores(path, scores)
    print(f"\nIn detected boxes, also in {path}\n\n{render_scores(scores)}\n")
    return {one.task: one.model for one in scores}


def _score(
    network: "ViTPose", split: Split, boxes: DetectedBoxes, evaluation: Evaluation, reports: Path
) -> tuple[dict[str, float], int]:
    """A set's figures, and how many poses they are of."""
    from vitpose_plus.evaluation.detected_split import listed_pictures, pictures_of
    from vitpose_plus.evaluation.detections import read_detections
    from vitpose_plus.evaluation.nms import suppress, view_areas
    from vitpose_plus.evaluation.oks import evaluate_oks
    from vitpose_plus.evaluation.predict import predict_detections
    from vitpose_plus.evaluation.results_json import write_results

    pictures = pictures_of(split.table)
    if boxes.pictures is not None:
        pictures = listed_pictures(boxes.pictures)
    detections = read_detections(boxes.file, pictures, min_score=boxes.min_score)
    log.info(
        "%s: %d boxes of %s; left out: %d below the least score, %d of other categories",
        *(split.name, len(detections), boxes.file),
        *(detections.unsure, detections.other_categories),
    )
    found = predict_detections(
        network,
        split,
        detections,
        pictures,
        flip=evaluation.flip,
        batch_size=evaluation.batch_size,
        workers=evaluation.workers,
    )
    assert found.boxes is not None
    areas = view_areas(found.boxes, network.config.input_size, split.augmentation.padding)
    kept = suppress(found, split.skeleton, areas, boxes.suppression)
    log.info("%s: %d of %d poses describe nobody twice", split.name, len(kept), len(found))
    write_results(reports / "detected" / f"{split.name}.json", kept, split.skeleton)
    figures = evaluate_oks(
        kept, split.skeleton, split.table, pictures=pictures, backend=evaluation.backend
    )
    return figures, len(kept)
