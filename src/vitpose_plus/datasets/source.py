"""Where a data set lies and how it is laid out: the configuration that ingestion reads."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vitpose_plus.settings import settings

Layout = Literal["coco", "coco_wholebody", "aic", "mpii", "mpii_json", "ap10k", "apt36k"]
Metric = Literal["oks", "pckh", "pck"]
DatasetName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
"""Names the tables' folder and, in a model, the task."""


@settings
class SplitSource:
    """One split's files.

    Attributes:
        annotations: the annotation file.
        images: the folder that the annotations' file names start from.
        part: MPII's MATLAB file holds training and validation people together: which to take.
        tompson_list: MPII: the `detections.mat` that lists the validation people (Tompson 2015).
        video_share: APT-36K has one file for all: take the videos whose hash, in [0, 1),
            lies in this range; splits by video keep neighbouring frames on one side.
    """

    annotations: Path
    images: Path
    part: Literal["train", "val"] | None = None
    tompson_list: Path | None = None
    video_share: tuple[float, float] | None = None


@settings
class DatasetSource:
    """One data set.

    Attributes:
        layout: which reader understands the files.
        skeleton: a built-in skeleton's name, or the path of a `.yml` with one.
        splits: split name to files.
        metrics: what it is scored by; the first one is its figure.
        half_body: whether half-body augmentation may be drawn; the recipes leave MPII out.
        on_invalid: what happens to a record that breaks an expectation: stop, or drop and count.
    """

    layout: Layout
    skeleton: str
    splits: dict[str, SplitSource]
    metrics: tuple[Metric, ...] = ("oks",)
    half_body: bool = True
    on_invalid: Literal["error", "drop"] = "error"

    @model_validator(mode="after")
    def _check(self) -> "DatasetSource":
        for name, split in self.splits.items():
            mpii_only = split.part is not None or split.tompson_list is not None
            if mpii_only and self.layout != "mpii":
                raise ValueError(f"split {name}: only layout mpii reads part and tompson_list")
            if split.video_share is not None and self.layout != "apt36k":
                raise ValueError(f"split {name}: only layout apt36k reads video_share")
        if not self.splits or not self.metrics:
            raise ValueError("a data set needs at least one split and one metric")
        return self
