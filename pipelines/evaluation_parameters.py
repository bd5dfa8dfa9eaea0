"""How models are scored and compared, as the configuration says it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from vitpose_plus.datasets.source import DatasetName
from vitpose_plus.evaluation.nms import Suppression
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.settings import settings


@settings
class Unsaid:
    """What a model's file does not say of itself; see `vitpose_plus.load_model`.

    Attributes:
        tasks: the data sets of its decoders in order, names of built-in ones.
        input_size: (height, width) in pixels.
        ratio: 2, features at 1/8.
        heads: attention heads, for a width of one's own.
    """

    tasks: tuple[str, ...] | None = None
    input_size: InputSize | None = None
    ratio: Literal[1, 2] | None = None
    heads: int | None = Field(default=None, ge=1)


@settings
class DetectedBoxes:
    """Boxes that a detector found, in the layout of COCO's published person detections.

    Attributes:
        file: the detections.
        pictures: a COCO-style file that lists every picture of the split, those without people
            too, on which every pose is a mistake; None: only annotated pictures count.
        images: the folder of those pictures, where nobody knows what is in them (test-dev):
            nothing is scored, the file to hand in is written.
        category: of the boxes to take; None: all, as where categories are species.
        min_score: the least score of a box; official: 0.
        suppression: of poses that describe one person.
    """

    file: Path
    pictures: Path | None = None
    images: Path | None = None
    category: int | None = 1
    min_score: float = Field(default=0.0, ge=0)
    suppression: Suppression = Suppression()

    @model_validator(mode="after")
    def _check(self) -> "DetectedBoxes":
        if self.images is not None and self.pictures is None:
            raise ValueError(
                "images without annotations need pictures, the file that lists them, such as "
                "image_info_test-dev2017.json"
            )
        return self


@settings
class Evaluation:
    """How a model is scored.

    Attributes:
        model: a folder of ours, an official file, a transformers folder or models:/name@alias, on
            all data sets that its tasks cover; None: what the experiment's training left, on the
            experiment's tasks.
        unsaid: what its file does not say of itself; nothing, for most.
        reports: where the figures of a model that is named go.
        detections: boxes of a detector, by data set, to score beside the true boxes.
        backend: who computes COCO's ten figures: our evaluator, or pycocotools, to the same digits.
        resamples: draws of pictures for the intervals in reports.
        split: the held-out split.
        flip: average with the mirrored crops.
        gallery: best and worst pictures drawn, each so many a task.
        batch_size: crops at once.
        workers: processes that cut crops.
    """

    reports: Path
    model: str | None = None
    unsaid: Unsaid = Unsaid()
    split: str = "val"
    flip: bool = True
    detections: dict[DatasetName, DetectedBoxes] = Field(default_factory=dict)
    backend: Literal["fast", "pycocotools"] = "fast"
    resamples: int = Field(default=1000, ge=1)
    gallery: int = Field(default=8, ge=1)
    batch_size: int = Field(default=64, ge=1)
    workers: int = Field(default=2, ge=0)

    @model_validator(mode="after")
    def _check(self) -> "Evaluation":
        if self.unsaid != Unsaid() and self.model is None:
            raise ValueError("unsaid speaks of the file that model names, and it names none")
        return self


@settings
class Comparison:
    """Two evaluated models to compare.

    Attributes:
        first, second: the reports folders that `evaluate` left of each.
        page: folder of the page.
    """

    page: Path
    first: Path | None = None
    second: Path | None = None
