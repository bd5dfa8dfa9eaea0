"""Node: poses in a detector's boxes, as published results have them."""

import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.evaluate.held_out import DETECTED, METRICS, covered
from pipelines.evaluate.target import Target
from pipelines.evaluation_parameters import DetectedBoxes, Evaluation
from pipelines.parameters import Data
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

    Where nobody knows what is in the pictures (test-dev), that file is all.

    Returns:
        Figures by data set; none where no detections are configured.

    Raises:
        ConfigurationError: the model serves no such keypoints.
        PredictionError: a detections file is broken.
    """
    folder = target.reports / DETECTED
    if not evaluation.detections:
        shutil.rmtree(folder, ignore_errors=True)  # it would be another model's
        return {}
    network = target.load()
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
            pictures = _pictures(split, boxes)
            poses = _keep(network, serving[name], split, boxes, evaluation, pictures, part)
            if boxes.images is None:
                scores.append(_score(poses, split, evaluation, pictures))
            else:
                log.info("%s: to be handed in: %s", name, folder / f"{name}.json")
        write_scores(part / METRICS, scores)
    for one in scores:
        log_scores("detected", one.task, one.model)
    if scores:
        print(f"\nIn detected boxes, also in {folder / METRICS}\n\n{render_scores(scores)}\n")
    return {one.task: one.model for one in scores}


def _pictures(split: Split, boxes: DetectedBoxes) -> dict[str, str]:
    """Picture id to file name."""
    from vitpose_plus.evaluation.detected_split import listed_pictures, pictures_of

    return pictures_of(split.table) if boxes.pictures is None else listed_pictures(boxes.pictures)


def _keep(
    network: "ViTPose",
    task: str,
    split: Split,
    boxes: DetectedBoxes,
    evaluation: Evaluation,
    pictures: dict[str, str],
    folder: Path,
) -> Results:
    """Predict, and write the results file that a server would take."""
    from vitpose_plus.evaluation.results_json import write_results

    if boxes.images is not None:
        split = replace(split, images=boxes.images)
    poses = _poses(network, task, split, boxes, evaluation, pictures)
    write_results(folder / f"{split.name}.json", poses, split.skeleton)
    return poses


def _score(
    poses: Results, split: Split, evaluation: Evaluation, pictures: dict[str, str]
) -> Scores:
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
