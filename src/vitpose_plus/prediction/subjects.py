"""Who has the keypoints of a set, and by which labels a detector of COCO's things finds them."""

from dataclasses import dataclass

from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True)
class Subject:
    """Whose poses are wanted.

    Attributes:
        name: of one of them.
        labels: a detector's names for them; none where it is not known what to look for.
        category: the number that files of detections have for them, where it is one number.
    """

    name: str
    labels: tuple[str, ...] = ()
    category: int | None = None


PERSON = Subject("person", ("person",), category=1)
ANIMAL = Subject(
    "animal",
    ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
)
HAND = Subject("hand")  # Not among COCO's things, which public detectors find.
_SUBJECTS = {
    **dict.fromkeys(("coco", "aic", "mpii", "coco_wholebody", "crowdpose"), PERSON),
    **dict.fromkeys(("ap10k", "apt36k"), ANIMAL),
    "interhand": HAND,
}


def subject_of(skeleton: Skeleton) -> Subject:
    """The subject of a built-in set; of another one nothing is known but its name."""
    return _SUBJECTS.get(skeleton.name, Subject(skeleton.name))
