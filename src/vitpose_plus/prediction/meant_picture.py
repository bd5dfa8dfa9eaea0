"""Which of the given pictures a record means."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from vitpose_plus.errors import PredictionError
from vitpose_plus.prediction.sources import Source, number_of


class PictureIndex:
    """Pictures by all that a record may call them.

    Its `file_name` is a picture's path or the end of it, `walk/1.jpg` or `1.jpg` of
    `/data/walk/1.jpg`; its `image_id` the number in a name, or the name with or without ending.
    """

    def __init__(self, pictures: Sequence[Source]) -> None:
        self._by_end: dict[str, list[str]] = defaultdict(list)
        self._by_id: dict[str, list[str]] = defaultdict(list)
        for picture in pictures:
            for end in _ends(picture.path.resolve()):
                self._by_end[end].append(picture.name)
            stem, number = picture.path.stem, str(number_of(picture.path.stem))
            for id_ in {picture.image_id, picture.name, picture.path.name, stem, number}:
                self._by_id[id_].append(picture.name)
        self._count = len(pictures)

    def named(self, file_name: str | None, image_id: int | str | None) -> str:
        """The name of the picture that is meant: by `file_name`, where a record has both.

        Raises:
            PredictionError: none is, or more than one. The message knows no file and no record.
        """
        if file_name is not None:
            told, found = file_name, self._by_end.get(_plain(file_name), [])
        else:
            told, found = str(image_id), self._by_id.get(str(image_id), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise PredictionError(
                f"picture {told} may be {found[0]} or {found[1]}: write more of its path"
            )
        raise PredictionError(
            f"picture {told} is none of the {self._count} that were given: give it too, or drop "
            "the records of pictures that are not wanted"
        )


def _ends(path: Path) -> list[str]:
    """`/a/b/1.jpg` -> itself, `a/b/1.jpg`, `b/1.jpg`, `1.jpg`."""
    parts = path.parts[1:]
    return [path.as_posix(), *("/".join(parts[start:]) for start in range(len(parts)))]


def _plain(file_name: str) -> str:
    """Without what means nothing in a path, as a leading `./`."""
    return PurePosixPath(file_name).as_posix()
