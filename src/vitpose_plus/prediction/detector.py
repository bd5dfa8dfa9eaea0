"""Boxes by a detector of transformers', such as RT-DETR, from weights that lie on this machine.

Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (2024); nothing is downloaded.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError

from vitpose_plus.errors import CheckpointError, ConfigurationError
from vitpose_plus.prediction.boxes import Boxes
from vitpose_plus.prediction.pictures import Picture

if TYPE_CHECKING:
    from torch import Tensor

PICTURES_AT_ONCE = 8
"""They go through a far larger network than crops do, 640 pixels a side."""
INSTALL = "pip install 'vitpose-plus[export]' brings transformers"


class Detector:
    """Finds what has one of some labels.

    Attributes:
        detected: its boxes are a detector's.
        all: the labels of all that it could find.
        labels: of the boxes that are kept.
    """

    detected = True

    def __init__(
        self,
        folder: Path,
        labels: Sequence[str],
        *,
        min_score: float = 0.5,
        device: torch.device | str = "cpu",
    ) -> None:
        """Read a detector.

        Args:
            folder: transformers': configuration, preprocessor and safetensors.
            labels: what to find; those that its configuration does not have are passed over.
            min_score: the least score of a box.
            device: where it works.

        Raises:
            CheckpointError: the folder holds no detector.
            ConfigurationError: it knows none of the labels.
        """
        self._network, self._processor = _load(folder)
        names = {int(i): name for i, name in self._network.config.id2label.items()}
        self.all = tuple(names.values())
        self.labels = tuple(label for label in labels if label in self.all)
        if not self.labels:
            raise ConfigurationError(
                f"the detector {folder} finds no {' or '.join(labels)}, but {', '.join(self.all)}"
            )
        self._wanted = torch.tensor([i for i, name in names.items() if name in self.labels])
        self._min_score = min_score
        self._network.to(device)

    @torch.inference_mode()
    def find(self, pictures: Sequence[Picture]) -> list[Boxes]:
        """The boxes of each picture, the surest first, cut at its edges."""
        found: list[Boxes] = []
        for start in range(0, len(pictures), PICTURES_AT_ONCE):
            pixels = [picture.pixels for picture in pictures[start : start + PICTURES_AT_ONCE]]
            found += self._find(pixels)
        return found

    def _find(self, pictures: list[np.ndarray]) -> list[Boxes]:
        inputs = self._processor(
            images=pictures, return_tensors="pt", input_data_format="channels_last"
        )
        outputs = self._network(**inputs.to(self._network.device))
        sizes = [picture.shape[:2] for picture in pictures]
        answers = self._processor.post_process_object_detection(
            outputs, threshold=self._min_score, target_sizes=sizes
        )
        return [
            self._kept(**{name: value.cpu() for name, value in answer.items()}, size=size)
            for answer, size in zip(answers, sizes, strict=True)
        ]

    def _kept(
        self, scores: "Tensor", labels: "Tensor", boxes: "Tensor", size: tuple[int, int]
    ) -> Boxes:
        wanted = torch.isin(labels, self._wanted)
        corners = boxes[wanted].double().numpy()
        return boxes_of_corners(corners, scores[wanted].double().numpy(), size)


def boxes_of_corners(corners: np.ndarray, scores: np.ndarray, size: tuple[int, int]) -> Boxes:
    """Boxes from their corners; what lies outside the picture is cut off.

    Args:
        corners: [N, 4] left, top, right, bottom in pixels.
        scores: [N].
        size: (height, width) of the picture.
    """
    height, width = size
    inside = np.clip(corners, 0, (width, height, width, height))
    boxes = np.concatenate([inside[:, :2], inside[:, 2:] - inside[:, :2]], axis=1)
    real = (boxes[:, 2:] > 0).all(axis=1)
    return Boxes(boxes[real], scores[real])


def _load(folder: Path) -> tuple[Any, Any]:
    try:
        from transformers import AutoImageProcessor, AutoModelForObjectDetection
    except ImportError as error:
        raise ConfigurationError(f"a detector needs transformers: {INSTALL}") from error
    try:
        with _without_bars():
            # A pickle could run code of its own.
            network = AutoModelForObjectDetection.from_pretrained(
                folder, local_files_only=True, use_safetensors=True
            )
            processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
    # RuntimeError: tensors of other shapes.
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(
            f"{folder} is no detector that transformers can read: {error}. It needs config.json, "
            "preprocessor_config.json and model.safetensors"
        ) from error
    return network.eval(), processor


@contextmanager
def _without_bars() -> Iterator[None]:
    """Loading takes a second: transformers' bar for it would only stand in the way of ours."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
