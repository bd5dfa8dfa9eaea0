"""What can be wrong with a data set, by name: the level of each, and what is expected instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vitpose_plus.errors import ConfigurationError

Level = Literal["error", "warn"]
"""error: training or scoring would be harmed. warn: worth a look; the record stays."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of flaw.

    Attributes:
        says: what is expected, as a sentence.
        level: how a breach counts where nothing is configured.
        firm: a run would stop at such a record, so its level cannot be lowered.
    """

    says: str
    level: Level = "error"
    firm: bool = False


REASONS: dict[str, Reason] = {
    "picture_missing": Reason("Every record's picture exists", firm=True),
    "picture_unreadable": Reason("Every record's picture decodes to its last pixel", firm=True),
    "picture_size_differs": Reason("Pictures are as large as their annotations say"),
    "box_not_finite": Reason("Boxes are finite numbers", firm=True),
    "box_absurd": Reason(
        "No box is wider, higher or further away than ten longer sides of its picture", firm=True
    ),
    "box_without_area": Reason(
        "Boxes of labelled records have a width and a height above zero", firm=True
    ),
    "box_outside_picture": Reason("Every labelled record's box shares pixels with its picture"),
    "area_not_positive": Reason(
        "Areas, which OKS divides by, are finite and above zero; zero only where it ignores them"
    ),
    "keypoint_count_differs": Reason("Every record has the skeleton's keypoints", firm=True),
    "keypoint_not_finite": Reason("Keypoints are finite numbers", firm=True),
    "keypoint_outside_picture": Reason("Labelled keypoints lie in their picture, to one pixel"),
    "visibility_unknown": Reason("Visibility is 0, 1 or 2", firm=True),
    "duplicate_instance": Reason("Instance ids are unique within the split"),
    "image_id_missing": Reason("Every record has an image id", firm=True),
    "instance_id_missing": Reason("Every record has an instance id", firm=True),
    "foreign_split": Reason("Every row belongs to this split", firm=True),
    "empty_table": Reason("There are records", firm=True),
    "head_size_missing": Reason("Labelled people have a head size above zero: PCKh's unit"),
    "hand_type_unknown": Reason("Hands are right, left or interacting"),
    "video_missing": Reason("Every record names its video: splits go by video"),
    "images_not_as_published": Reason("The files hold as many pictures as published"),
    "instances_not_as_published": Reason("The files hold as many records as published"),
    "labelled_not_as_published": Reason("As many records are labelled as published"),
    "too_many_categories": Reason("There are no more categories than published", "warn"),
    "category_missing": Reason("Every record has a category", "warn"),
    "box_tiny": Reason("Boxes of labelled records are 3 pixels wide and high, or more", "warn"),
    "box_elongated": Reason(
        "Boxes of labelled records are at most ten times as long as wide", "warn"
    ),
    "ignored_box_without_area": Reason(
        "Records that OKS ignores (crowds, or no labelled keypoint) have an area in their picture",
        "warn",
    ),
    "area_beyond_box": Reason("An instance's area is not larger than its box", "warn"),
    "keypoints_outside_box": Reason(
        "Half or more of the labelled keypoints lie in the box", "warn"
    ),
    "keypoints_at_one_point": Reason("Three or more labelled keypoints do not coincide", "warn"),
    "keypoint_at_origin": Reason("No labelled keypoint lies at exactly (0, 0)", "warn"),
    "person_twice": Reason("No picture has the same labelled keypoints twice", "warn"),
    "keypoint_never_labelled": Reason(
        "Every keypoint of the skeleton is labelled somewhere", "warn"
    ),
    "left_and_right_swapped": Reason(
        "Where both eyes are visible, left keypoints mostly lie right of their twins", "warn"
    ),
}
"""Reasons are named for the flaw, not for the expectation: `box_tiny` counts tiny boxes."""


def level_of(reason: str, warn: Iterable[str]) -> Level:
    """A reason's level where those of `warn` are only warned of."""
    return "warn" if reason in warn else REASONS[reason].level


def check_reasons(where: str, warn: Iterable[str]) -> None:
    """Refuse reasons that do not exist or that cannot be lowered to a warning.

    Args:
        where: the configuration's key, for the message.
        warn: the reasons to lower.

    Raises:
        ConfigurationError: with the reasons that can stand there.
    """
    choices = [name for name, r in REASONS.items() if r.level == "error" and not r.firm]
    for name in warn:
        if name not in REASONS:
            problem = f"there is no reason {name!r}"
        elif REASONS[name].firm:
            problem = f"{name} cannot be only warned of: a run would stop at such a record"
        else:
            continue
        raise ConfigurationError(f"{where}: {problem}. Choose of {', '.join(choices)}")
