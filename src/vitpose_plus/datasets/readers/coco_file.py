"""A COCO-style file: pictures and categories by id, and a category's keypoints checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitpose_plus.datasets.readers.annotation_json import Records, read_json
from vitpose_plus.datasets.readers.values import need, need_id, need_list, need_records
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True)
class CocoFile:
    """What stands in the file.

    Attributes:
        path: the file.
        images: image id to its record.
        categories: category id to its record.
        annotations: the annotation records, in the file's order.
    """

    path: Path
    images: Mapping[Any, dict]
    categories: Mapping[Any, dict]
    annotations: Records

    def where(self, index: int) -> str:
        """File and record of the annotation at this index, for messages."""
        return where_annotation(self.path, self.annotations[index], index)

    def image_of(self, record: dict, where: str) -> dict:
        """The picture's record of an annotation.

        Raises:
            AnnotationError: the annotation names a picture that the file does not list.
        """
        return image_of(self.images, record, where)

    def category_of(self, record: dict, where: str) -> str:
        """The category's name of an annotation.

        Raises:
            AnnotationError: the annotation names a category that the file does not list.
        """
        category_id = need_id(record, "category_id", where)
        if category_id not in self.categories:
            raise AnnotationError(
                f"{where}: category_id {category_id!r} is not among the file's categories"
            )
        return str(need(self.categories[category_id], "name", f"{where}, its category"))


def image_of(images: Mapping[Any, dict], record: dict, where: str) -> dict:
    """The picture's record of an annotation.

    Raises:
        AnnotationError: the annotation names a picture that the file does not list.
    """
    image_id = need_id(record, "image_id", where)
    if image_id not in images:
        raise AnnotationError(
            f"{where}: image_id {image_id!r} is not among the file's images. "
            "Add the picture's record or drop the annotation."
        )
    return images[image_id]


def where_annotation(path: Path, record: Any, index: int) -> str:
    """File and record of an annotation, for messages."""
    if isinstance(record, dict) and "id" in record:
        return f"{path.name}, annotation {record['id']}"
    return f"{path.name}, annotation number {index + 1} of the file"


def open_coco(path: Path) -> CocoFile:
    """Read a COCO-style file and index it.

    Raises:
        AnnotationError: broken JSON, or a list or an id is missing.
    """
    content = read_json(path, dict)
    return CocoFile(
        path=path,
        images=ById(path, "image", need_records(content, "images", path.name)),
        categories=ById(path, "category", need_records(content, "categories", path.name)),
        annotations=need_records(content, "annotations", path.name),
    )


def check_categories(file: CocoFile, skeleton: Skeleton, *, counts: Sequence[int]) -> list[str]:
    """Compare every category's keypoints with the skeleton's; return notes.

    A category need not list keypoints. Names may be spelt in another way (conversions do), but
    the same names in another order would train every keypoint under a wrong name.

    Args:
        file: the open file.
        skeleton: what the annotations are read as.
        counts: how many names a category may list: the skeleton's, or its body part alone.

    Raises:
        AnnotationError: another number of keypoints, or another order.
    """
    foreign: list[str] = []
    for category in file.categories.values():
        names = category_keypoints(file, category)
        if not names:
            continue
        where = where_category(file, category)
        if len(names) not in counts:
            raise AnnotationError(
                f"{where}: lists {len(names)} keypoints, skeleton {skeleton.name!r} has "
                f"{len(skeleton)}. Set the data set's skeleton to one with {len(names)} "
                "keypoints: a built-in name, or a .yml file of your own."
            )
        if not _same_order(names, skeleton.keypoints[: len(names)], where, skeleton):
            foreign.append(str(category.get("name")))
    if not foreign:
        return []
    return [
        f"{file.path.name}: keypoint names differ from skeleton {skeleton.name!r} in "
        f"{_few(foreign)}; read by their position"
    ]


def category_keypoints(file: CocoFile, category: dict) -> list[str]:
    """The names of a category's keypoints; none where it does not list them.

    Raises:
        AnnotationError: they are no list of names.
    """
    if category.get("keypoints") is None:
        return []
    where = where_category(file, category)
    names = need_list(category, "keypoints", where)
    for number, name in enumerate(names):
        if not isinstance(name, str):
            raise AnnotationError(
                f"{where}: keypoints should be names, number {number} is {name!r}. "
                "Mend the name, or leave the category's keypoints out."
            )
    return names


def where_category(file: CocoFile, category: dict) -> str:
    """File and record of a category, for messages."""
    return f"{file.path.name}, category {category.get('name')!r}"


def _same_order(
    names: Sequence[str], expected: Sequence[str], where: str, skeleton: Skeleton
) -> bool:
    found = [_plain(name) for name in names]
    wanted = [_plain(name) for name in expected]
    if found == wanted:
        return True
    if sorted(found) == sorted(wanted):
        first = [a == b for a, b in zip(found, wanted, strict=True)].index(False)
        raise AnnotationError(
            f"{where}: its keypoints stand in another order than skeleton {skeleton.name!r}: "
            f"number {first} is {names[first]!r}, the skeleton has {expected[first]!r}. "
            "Give a skeleton .yml with the file's order."
        )
    return False


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _few(names: list[str], shown: int = 5) -> str:
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest


class ById(Mapping[Any, dict]):
    """Records by their `id`, decoded when asked for.

    Raises:
        AnnotationError: a record has no id, or one stands twice.
    """

    def __init__(self, path: Path, what: str, records: Records) -> None:
        self._records = records
        self._place: dict[Any, int] = {}
        for index, record in enumerate(records):
            key = need_id(record, "id", f"{path.name}, {what} number {index + 1} of the file")
            if key in self._place:
                raise AnnotationError(f"{path.name}: {what} id {key!r} stands twice. Drop one.")
            self._place[key] = index

    def __getitem__(self, key: Any) -> dict:
        return self._records[self._place[key]]

    def __contains__(self, key: object) -> bool:
        return key in self._place

    def __iter__(self) -> Iterator[Any]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)
