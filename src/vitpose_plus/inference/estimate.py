"""Poses of people, animals or hands in pictures, from their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from vitpose_plus.geometry import (
    crop,
    invert,
    read_picture,
    transform_points,
    udp_affine,
    view_of_box,
)
from vitpose_plus.inference.acceleration import Accelerated
from vitpose_plus.inference.infer import infer
from vitpose_plus.models import ViTPose, ViTPoseConfig


@dataclass(frozen=True, eq=False)
class Poses:
    """What `estimate` found in one picture.

    Attributes:
        keypoints: [N, K, 2] in pixels of the picture, one pose a box.
        scores: [N, K] a keypoint's confidence.
        boxes: [N, 4] x, y, width, height, as given.
    """

    keypoints: np.ndarray
    scores: np.ndarray
    boxes: np.ndarray


def estimate(
    model: ViTPose | Accelerated,
    images: Sequence[np.ndarray | Path | str],
    boxes: Sequence[np.ndarray] | None = None,
    task: str | None = None,
    *,
    flip: bool = True,
    batch_size: int = 64,
) -> list[Poses]:
    """Estimate one pose a box.

    Args:
        model: in evaluation mode, or what `accelerate` made of it; the work is done where its
            weights lie.
        images: pictures [H, W, 3] uint8 RGB, or their paths. A file is taken as stored: turn a
            picture by its EXIF orientation first, if it has one.
        boxes: for each picture [N, 4]: x, y, width, height in pixels. N may be 0. None: each
            picture as a whole, right where one person, animal or hand fills it.
        task: the name of the data set whose keypoints are wanted; None: the model's only one.
        flip: average with the mirrored crops, as the published results do.
        batch_size: crops that go through the network at once.

    Raises:
        KeyError: the model does not serve this task.
        PictureError: a path leads to no picture.
        ValueError: there are not as many lists of boxes as pictures, a box has no area, no task
            is named and the model serves several, or it is in training mode.
    """
    if model.training:
        raise ValueError("the model is in training mode: call model.eval() first")
    index = _task_index(model.config, task)
    size = model.config.input_size
    given = [None] * len(images) if boxes is None else [_checked(b) for b in boxes]
    crops, matrices, all_boxes = [], [], []
    for image, named in zip(images, given, strict=True):
        picture = image if isinstance(image, np.ndarray) else read_picture(image)
        own = whole_picture(picture) if named is None else named
        all_boxes.append(own)
        views = [udp_affine(view_of_box(box, size), size) for box in own]
        matrices += views
        crops += [crop(picture, matrix, size) for matrix in views]
    keypoints, scores = _through(model, crops, index, flip, batch_size)
    placed = [transform_points(k, invert(m)) for k, m in zip(keypoints, matrices, strict=True)]
    return _by_picture(np.array(placed).reshape(keypoints.shape), scores, all_boxes)


def whole_picture(picture: np.ndarray) -> np.ndarray:
    """[H, W, ...] -> [1, 4]: the one box x, y, width, height that holds all of it."""
    height, width = picture.shape[:2]
    return np.array([[0.0, 0.0, width, height]])


def _task_index(config: ViTPoseConfig, task: str | None) -> int:
    if task is None and len(config.tasks) > 1:
        names = ", ".join(each.name for each in config.tasks)
        raise ValueError(f"the model serves {names}: say which task is wanted")
    return 0 if task is None else config.task_index(task)


def _checked(boxes: np.ndarray) -> np.ndarray:
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    if len(empty := np.flatnonzero(~(boxes[:, 2:] > 0).all(axis=1))):
        raise ValueError(f"box {empty[0]} has no area: {boxes[empty[0]].tolist()}")
    return boxes


def _through(
    model: ViTPose | Accelerated, crops: list[np.ndarray], index: int, flip: bool, batch_size: int
) -> tuple[np.ndarray, np.ndarray]:
    points = len(model.config.tasks[index].skeleton)
    device = next(model.parameters()).device
    keypoints, scores = [np.zeros((0, points, 2))], [np.zeros((0, points))]
    for start in range(0, len(crops), batch_size):
        batch = torch.from_numpy(np.stack(crops[start : start + batch_size])).to(device)
        found, sure = infer(
            model, batch, torch.full((len(batch),), index, device=device), flip=flip
        )
        keypoints.append(found[:, :points].cpu().numpy())
        scores.append(sure[:, :points].cpu().numpy())
    return np.concatenate(keypoints), np.concatenate(scores)


def _by_picture(keypoints: np.ndarray, scores: np.ndarray, boxes: list[np.ndarray]) -> list[Poses]:
    ends = np.cumsum([len(own) for own in boxes], dtype=int)
    spans = [slice(end - len(own), end) for end, own in zip(ends, boxes, strict=True)]
    keypoints, scores = keypoints.astype(np.float32), scores.astype(np.float32)
    return [Poses(keypoints[s], scores[s], own) for s, own in zip(spans, boxes, strict=True)]
