"""What a training looks at as it goes: the same few held-out instances, again and again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import torch
from torch import Tensor

from vitpose_plus.datasets.crops import InstanceCrops
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.engine.evaluating import evaluating
from vitpose_plus.geometry import normalise
from vitpose_plus.heatmaps import HeatmapCodec, decode
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.training.panel_drawing import Cell, heat_tile, pose_tile, write_panels

NOTE = "prediction | annotation | heatmaps        peak: mean of the labelled keypoints' maxima"
ID_LENGTH = 36  # Characters of an instance's id that fit beside the peak.


@dataclass(frozen=True, eq=False)
class PanelSample:
    """One held-out instance.

    Attributes:
        name: its data set and its id there.
        task: its data set's index in the model.
        skeleton: its data set's.
        picture: [H, W, 3] uint8 RGB crop.
        keypoints: [K, 2] in the crop's pixels.
        visibility: [K] 0 unlabelled, 1 hidden, 2 visible.
    """

    name: str
    task: int
    skeleton: Skeleton
    picture: np.ndarray
    keypoints: np.ndarray
    visibility: np.ndarray


def choose_panels(
    splits: Sequence[Split], config: ViTPoseConfig, each: int
) -> Sequence[PanelSample]:
    """Of each split, the instances with the most labelled keypoints; of equal ones the first.

    Of one picture or clip only one is taken.

    Args:
        splits: held-out; their sets are among the model's tasks.
        config: the model.
        each: instances of each split, fewer where it has fewer pictures.

    Raises:
        KeyError: the model does not serve a split's set.
        PictureError: a picture cannot be read.
    """
    return [sample for split in splits for sample in _fullest(split, config, each)]


def predict_panels(model: ViTPose, samples: Sequence[PanelSample]) -> Tensor:
    """The heatmaps [N, K, h, w] of N samples, on the CPU; zero beyond a sample's own keypoints.

    Without flip, on the model's device and in evaluation mode; the mode is as it was after. Under
    FSDP every process must call it, with the same samples.
    """
    device = next(model.parameters()).device
    pictures = torch.from_numpy(np.stack([sample.picture for sample in samples])).to(device)
    tasks = torch.tensor([sample.task for sample in samples], device=device)
    with evaluating(model):
        return model(normalise(pictures), tasks).float().cpu()


def draw_panels(
    samples: Sequence[PanelSample], heatmaps: Tensor, codec: HeatmapCodec, epoch: int, path: Path
) -> None:
    """Write a sheet: of each sample the predicted pose, the annotated one, and the heatmaps.

    Every labelled keypoint is drawn, sure or not: that is what the metrics measure.

    Args:
        samples: what was predicted; at least one.
        heatmaps: [N, K, h, w], `predict_panels`'.
        codec: the model's.
        epoch: counted from 0, as everywhere; the sheet counts from 1, as people do.
        path: a .jpg.
    """
    keypoints, scores = decode(heatmaps, codec)
    found = zip(samples, keypoints.numpy(), scores.numpy(), heatmaps, strict=True)
    cells = [_cell(*one) for one in found]
    write_panels(path, cells, f"epoch {epoch + 1}", NOTE)


def _fullest(split: Split, config: ViTPoseConfig, each: int) -> Iterator[PanelSample]:
    task = config.task_index(split.name)
    crops = InstanceCrops([split], config.input_size)
    rows = split.trainable()
    labelled = (rows.visibility > 0).sum(axis=1)
    fullest = np.argsort(-labelled, kind="stable")
    _, first_of_scene = np.unique(_scenes(rows)[fullest], return_index=True)
    for row in fullest[np.sort(first_of_scene)][:each].tolist():
        crop = crops[0, row]
        name = f"{split.name} {_short(rows.column('instance_id')[row])}"
        yield PanelSample(name, task, split.skeleton, crop.picture, crop.keypoints, crop.visibility)


def _scenes(rows: AnnotationTable) -> np.ndarray:
    """[N] a number for the clip of each row, or the picture where there is none."""
    names = pc.coalesce(rows.rows.column("video_id"), rows.rows.column("file_name"))
    return names.combine_chunks().dictionary_encode().indices.to_numpy()


def _short(instance: str) -> str:
    return instance if len(instance) <= ID_LENGTH else "…" + instance[1 - ID_LENGTH :]


def _cell(sample: PanelSample, keypoints: np.ndarray, scores: np.ndarray, heatmaps: Tensor) -> Cell:
    count = len(sample.skeleton)
    labelled = sample.visibility > 0
    tiles = (
        pose_tile(sample.picture, keypoints[:count], labelled, sample.skeleton),
        pose_tile(sample.picture, sample.keypoints, labelled, sample.skeleton),
        heat_tile(sample.picture, heatmaps[:count], sample.skeleton),
    )
    return Cell(tiles, sample.name, f"peak {scores[:count][labelled].mean():.2f}")
