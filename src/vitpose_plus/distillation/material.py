"""What is learned from and judged by, opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.split import Split
from vitpose_plus.geometry import Augmentation
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.training.job import TrainingSplit, open_split, open_store


@dataclass(frozen=True, eq=False)
class Material:
    """The splits of both phases, in the order of the student's tasks.

    Attributes:
        train: training splits.
        held_out: what "best" is judged by.
        stores: each training split's crops, or None to read its pictures; empty: pictures.
    """

    train: Sequence[Split]
    held_out: Sequence[Split]
    stores: Sequence[CropStore | None] = ()


def open_material(
    train: Sequence[TrainingSplit],
    held_out: Sequence[TrainingSplit],
    augmentation: Augmentation,
    input_size: InputSize,
) -> Material:
    """The splits of a job.

    Raises:
        AnnotationError: a split was not ingested.
        ConfigurationError: there is no such split, or nothing of it is left.
        CropStoreError: its crops are not there, or not fit for this training.
    """
    return Material(
        [open_split(one) for one in train],
        [open_split(one) for one in held_out],
        [open_store(one, augmentation, input_size) for one in train],
    )
