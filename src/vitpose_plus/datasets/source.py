"""Where a data set lies and how it is laid out: the configuration that ingestion reads."""

from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vitpose_plus.geometry.augmentation import SetAugmentation
from vitpose_plus.settings import settings
from vitpose_plus.storage.origin import Origin

Layout = Literal[
    "coco",
    "coco_wholebody",
    "aic",
    "mpii",
    "mpii_json",
    "ap10k",
    "apt36k",
    "ochuman",
    "crowdpose",
    "interhand",
]
Metric = Literal["oks", "pckh", "pck", "hand", "wholebody", "crowdpose", "aic", "animals"]
DatasetName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
"""Names the tables' folder and, in a model, the task."""
SplitName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
"""Names a split's files in the tables' folder."""

MEASURES_KEYPOINTS: tuple[Metric, ...] = ("oks", "pckh", "pck", "hand")
"""Metrics that tell how near a single keypoint is: one of them stands first."""
ONLY_OF: dict[str, tuple[Layout, ...]] = {
    "part": ("mpii", "ochuman"),
    "tompson_list": ("mpii",),
    "video_share": ("apt36k",),
    "frame_share": ("apt36k",),
    "cameras": ("interhand",),
    "joints": ("interhand",),
}
"""Which layouts read a split's special keys."""
PARTS = {"mpii": ("train", "val"), "ochuman": ("val", "test")}
"""The parts that a layout's one file holds."""


@settings
class Published:
    """What a split's publishers count in it; None: they do not say.

    Attributes:
        images: pictures with at least one record.
        instances: records: people, animals or hands, crowds too.
        labelled: records with at least one labelled keypoint, crowds left out.
    """

    images: int | None = Field(default=None, ge=1)
    instances: int | None = Field(default=None, ge=1)
    labelled: int | None = Field(default=None, ge=1)


@settings
class SplitSource:
    """One split's files.

    Attributes:
        annotations: the annotation file.
        images: the folder that the annotations' file names start from.
        published: counts to compare with.
        part: which people to take of a file that holds several splits (MPII: train or val;
            OCHuman: val or test).
        tompson_list: MPII: the `detections.mat` that lists the validation people (Tompson 2015).
        cameras, joints: InterHand2.6M: the files that go with `annotations`, the `_data` file.
        video_share: APT-36K has one file for all: take the videos whose hash, in [0, 1),
            lies in this range; splits by video keep neighbouring frames on one side.
        frame_share: APT-36K: of these videos, take the frames whose hash lies in this range. A
            split by frames alone is the intra-video one: training sees its frames' neighbours.
        near_training: training is known to hold near copies of its pictures, as an intra-video
            split has them by design: the leak check passes it by.
    """

    annotations: Path
    images: Path
    published: Published | None = None
    part: Literal["train", "val", "test"] | None = None
    tompson_list: Path | None = None
    cameras: Path | None = None
    joints: Path | None = None
    video_share: tuple[float, float] | None = None
    frame_share: tuple[float, float] | None = None
    near_training: bool = False

    def files(self) -> tuple[Path, ...]:
        """Every file that the split's records come from."""
        named = (self.annotations, self.tompson_list, self.cameras, self.joints)
        return tuple(path for path in named if path is not None)


@settings
class DatasetSource:
    """One data set.

    Attributes:
        layout: which reader understands the files.
        skeleton: a built-in skeleton's name, or the path of a `.yml` with one.
        splits: split name (letters, digits, _ and -) to files.
        metrics: what it is scored by; the first one is its figure.
        augmentation: what this set's recipe does otherwise than the training's.
        on_invalid: what happens to a record that breaks an expectation: stop, or drop and count.
        warn: expectations, by their reason (`keypoint_outside_picture`), whose breach is a known
            flaw of the set: the record stays, and is counted.
        origins: archives and folders that it is unpacked or copied from; none: it lies there.
    """

    layout: Layout
    skeleton: str
    splits: dict[SplitName, SplitSource]
    metrics: tuple[Metric, ...] = ("oks",)
    augmentation: SetAugmentation = SetAugmentation()
    on_invalid: Literal["error", "drop"] = "error"
    warn: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()

    def near_training(self, split: str) -> bool:
        """Whether a split, which may be none of these, is `near_training`."""
        return split in self.splits and self.splits[split].near_training

    @model_validator(mode="after")
    def _check(self) -> "DatasetSource":
        for name, split in self.splits.items():
            for key, layouts in ONLY_OF.items():
                if getattr(split, key) is not None and self.layout not in layouts:
                    raise ValueError(
                        f"split {name}: only layout {' or '.join(layouts)} reads {key}"
                    )
            if split.part is not None and split.part not in PARTS[self.layout]:
                raise ValueError(
                    f"split {name}: layout {self.layout} has no part {split.part}, only "
                    + " and ".join(PARTS[self.layout])
                )
        self._check_shares()
        if not self.splits or not self.metrics:
            raise ValueError("a data set needs at least one split and one metric")
        if self.metrics[0] not in MEASURES_KEYPOINTS:
            raise ValueError(
                f"metrics: {self.metrics[0]} says nothing of single keypoints, by which instances "
                f"are ranked: put one of {', '.join(MEASURES_KEYPOINTS)} before it"
            )
        return self

    def _check_shares(self) -> None:
        """No frame of APT-36K's one file may stand in two splits."""
        shared = [(name, one) for name, one in self.splits.items() if self.layout == "apt36k"]
        for (name, one), (other_name, other) in combinations(shared, 2):
            if _overlap(one.video_share, other.video_share) and _overlap(
                one.frame_share, other.frame_share
            ):
                raise ValueError(
                    f"splits {name} and {other_name} share frames: part them by video_share or "
                    "frame_share"
                )


def _overlap(one: tuple[float, float] | None, other: tuple[float, float] | None) -> bool:
    """Whether two parts of [0, 1) have anything in common; None is all of it."""
    (least, end), (other_least, other_end) = one or (0.0, 1.0), other or (0.0, 1.0)
    return max(least, other_least) < min(end, other_end)
