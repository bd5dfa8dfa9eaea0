"""Node: poses in a detector's boxes, as published results have them."""

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.evaluate.held_out import METRICS, covered
from pipelines.evaluate.target import Target
from pipelines.parameters import Data, DetectedBoxes, Evaluation
from pipelines.tracking import log_scores
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.report import Scores, render_scores, write_scores
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.score import score_results, shown_figures
from vitpose_plus.replacement import replacing

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPose

log = logging.getLogger(__name__)


def score_detected(
    target: Target, data: Data, evaluation: Evaluation
) -> dict[str, dict[str, float]]:
    """Predict in each named set's detected boxes, thin out, score, keep COCO's results JSON.

    Returns:
        Figures by data set; none where no detections are configured.

    Raises:
        ConfigurationError: the model serves no such keypoints.
        PredictionError: a detections file is broken.
    """
    folder = target.reports / "detected"
    if not evaluation.detections:
        shutil.rmtree(folder, ignore_errors=True)  # it would be another model's
        return {}
    import torch

    from vitpose_plus.checkpoints import load_model

    network = load_model(target.weights).to("cuda" if torch.cuda.is_available() else "cpu")
    serving = covered(network.config, data, evaluation.split)
    scores = []
    with replacing(folder) as part:
        for name, boxes in evaluation.detections.items():
            if name not in serving:
                raise ConfigurationError(
                    f"evaluation.detections.{name}: no ingested split {evaluation.split} with "
                    f"keypoints that {target.name} draws"
                )
            split = read_split(data.tables / name, evaluation.split)
            scores.append(_score(network, serving[name], split, boxes, evaluation, part))
        write_scores(part / METRICS, scores)
    for one in scores:
        log_scores("detected", one.task, one.model)
    print(f"\nIn detected boxes, also in {folder / METRICS}\n\n{render_scores(scores)}\n")
    return {one.task: one.model for one in scores}


def _score(
    network: "ViTPose",
    task: str,
    split: Split,
    boxes: DetectedBoxes,
    evaluation: Evaluation,
    folder: Path,
) -> Scores:
    from vitpose_plus.evaluation.detected_split import listed_pictures, pictures_of
    from vitpose_plus.evaluation.results_json import write_results

    pictures = pictures_of(split.table)
    if boxes.pictures is not None:
        pictures = listed_pictures(boxes.pictures)
    poses = _poses(network, task, split, boxes, evaluation, pictures)
    write_results(folder / f"{split.name}.json", poses, split.skeleton)
    how = split.table, split.skeleton, split.metrics
    return Scores(
        task=split.name,
        figures=shown_figures(split.metrics),
        model=score_results(poses, *how, pictures=pictures, backend=evaluation.backend),
        baseline={},
        instances=len(poses),
    )


def _poses(
    network: "ViTPose",
    task: str,
    split: Split,
    boxes: DetectedBoxes,
    evaluation: Evaluation,
    pictures: dict[str, str],
) -> Results:
    from vitpose_plus.evaluation.detections import read_detections
    from vitpose_plus.evaluation.nms import suppress, view_areas
    from vitpose_plus.evaluation.predict import predict_detections

    detections = read_detections(
        boxes.file, pictures, category=boxes.category, min_score=boxes.min_score
    )
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
        task=task,
        flip=evaluation.flip,
        batch_size=evaluation.batch_size,
        workers=evaluation.workers,
    )
    assert found.boxes is not None
    areas = view_areas(found.boxes, network.config.input_size, split.augmentation.padding)
    kept = suppress(found, split.skeleton, areas, boxes.suppression)
    log.info("%s: %d of %d poses describe nobody twice", split.name, len(kept), len(found))
    return kept
