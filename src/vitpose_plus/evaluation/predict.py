"""A model's poses for every trainable row of some splits, or for detected boxes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from vitpose_plus.datasets.crops import CropBatch, InstanceCrops, collate_crops
from vitpose_plus.datasets.split import Split
from vitpose_plus.errors import CheckpointError
from vitpose_plus.evaluation.detected_split import split_of_detections
from vitpose_plus.evaluation.detections import Detections
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.results import Results
from vitpose_plus.geometry import invert, transform_points
from vitpose_plus.inference.infer import infer
from vitpose_plus.models import ViTPose

Seen = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Of one split: the rows [N] that were predicted, their keypoints [N, K, 2] and scores [N, K]."""


class PoseCollector:
    """Gathers decoded batches, in any order, into one `Predictions` a split."""

    def __init__(self, splits: Sequence[Split]) -> None:
        self.tables = [split.trainable() for split in splits]
        shapes = [table.visibility.shape for table in self.tables]
        self.keypoints = [np.zeros((*shape, 2), np.float32) for shape in shapes]
        self.scores = [np.zeros(shape, np.float32) for shape in shapes]
        self.found = [np.zeros(len(table), bool) for table in self.tables]

    def add(self, batch: CropBatch, keypoints: Tensor, scores: Tensor) -> None:
        """Take one batch: keypoints [B, K, 2] in input pixels, scores [B, K]."""
        found, sure = keypoints.cpu().numpy(), scores.cpu().numpy()
        matrices = batch.matrix.cpu().numpy()
        places = zip(batch.task.tolist(), batch.row.tolist(), strict=True)
        for i, (task, row) in enumerate(places):
            count = self.scores[task].shape[1]
            points = transform_points(found[i, :count], invert(matrices[i]))
            self._put(task, row, points, sure[i, :count])

    def seen(self) -> list[Seen]:
        """What was added to each split: all that another process's collector needs."""
        return [
            (np.flatnonzero(found), keypoints[found], scores[found])
            for found, keypoints, scores in zip(
                self.found, self.keypoints, self.scores, strict=True
            )
        ]

    def join(self, others: Sequence[Seen]) -> None:
        """Take over what another collector of the same splits has seen."""
        for task, seen in enumerate(others):
            self._put(task, *seen)

    def predictions(self) -> list[Predictions]:
        """One a split; the boxes are the ground truth's, so their score is 1.

        Raises:
            ValueError: rows are missing.
        """
        if missing := sum(int((~found).sum()) for found in self.found):
            raise ValueError(f"{missing} rows were not predicted")
        parts = zip(self.tables, self.keypoints, self.scores, strict=True)
        return [Predictions(t, k, s, np.ones(len(t))) for t, k, s in parts]

    def _put(
        self, task: int, row: int | np.ndarray, keypoints: np.ndarray, scores: np.ndarray
    ) -> None:
        self.keypoints[task][row], self.scores[task][row] = keypoints, scores
        self.found[task][row] = True


def predict(
    model: ViTPose,
    splits: Sequence[Split],
    *,
    tasks: Sequence[str] | None = None,
    flip: bool = True,
    batch_size: int = 64,
    workers: int = 2,
    progress: bool = True,
) -> list[Predictions]:
    """Estimate every trainable row with its ground-truth box.

    Args:
        model: in evaluation mode.
        splits: what to predict.
        tasks: the model's task for each split; None: the one of its name.
        flip: average with the mirrored crops.
        batch_size: crops at once.
        workers: processes that cut crops.
        progress: show a bar, in a terminal.

    Raises:
        CheckpointError: the model does not serve a split's data set, or with other keypoints.
    """
    served = [split.name for split in splits] if tasks is None else tasks
    _check_tasks(model, splits, served)
    crops = InstanceCrops(splits, model.config.input_size)
    order = [(0, index) for index in range(len(crops))]
    loader = DataLoader(
        crops, batch_size, sampler=order, num_workers=workers, collate_fn=collate_crops
    )
    indices = torch.tensor([model.config.task_index(name) for name in served])
    device = next(model.parameters()).device
    collector = PoseCollector(splits)
    for batch in tqdm(loader, desc="predict", disable=None if progress else True):
        own = indices[batch.task].to(device)
        collector.add(batch, *infer(model, batch.picture.to(device), own, flip=flip))
    return collector.predictions()


def predict_detections(
    model: ViTPose,
    split: Split,
    detections: Detections,
    pictures: Mapping[str, str],
    *,
    task: str | None = None,
    flip: bool = True,
    batch_size: int = 64,
    workers: int = 2,
    progress: bool = True,
) -> Results:
    """Estimate one pose a detected box; its score is the box's times its sure keypoints' mean.

    Args:
        model: in evaluation mode.
        split: gives skeleton and image folder; its rows have no say.
        detections: M boxes.
        pictures: picture id to file name, see `pictures_of` and `listed_pictures`.
        task: the model's task; None: the one of the split's name.
        flip: average with the mirrored crops.
        batch_size: crops at once.
        workers: processes that cut crops.
        progress: show a bar, in a terminal.

    Raises:
        CheckpointError: the model does not serve the split's data set, or with other keypoints.
        PredictionError: a detection's picture is not named.
    """
    served = [task or split.name]
    _check_tasks(model, [split], served)
    if not len(detections):
        points = len(split.skeleton)
        return Results(
            detections.image_id,
            np.zeros((0, points, 2), np.float32),
            np.zeros((0, points), np.float32),
            np.zeros(0),
            detections.boxes,
        )
    rows = split_of_detections(split, detections, pictures)
    (found,) = predict(
        model,
        [rows],
        tasks=served,
        flip=flip,
        batch_size=batch_size,
        workers=workers,
        progress=progress,
    )
    return replace(found, box_scores=detections.scores).results()


def _check_tasks(model: ViTPose, splits: Sequence[Split], tasks: Sequence[str]) -> None:
    served = {task.name: task.skeleton.keypoints for task in model.config.tasks}
    for split, task in zip(splits, tasks, strict=True):
        if task not in served:
            raise CheckpointError(
                f"the model serves {', '.join(served)}, not {task}: train on it first"
            )
        if served[task] != split.skeleton.keypoints:
            raise CheckpointError(
                f"the model's {split.name} has other keypoints, or another order, than the tables: "
                "score it with the skeleton that it was trained with"
            )
