"""What a person names on the command line, as pictures and videos with names of their own."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitpose_plus.errors import PictureError

PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".jp2", ".ppm", ".pgm"}
VIDEOS = {".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".3gp"}

MOST_DIGITS = 15  # Above 2^53 JavaScript and pandas lose the last ones.


@dataclass(frozen=True, slots=True)
class Source:
    """A picture or a video.

    Attributes:
        path: where it lies.
        name: its path below the folder that all sources have in common, with slashes: no two
            sources share one, and what is written is named by it.
        image_id: a picture's in the results, see `image_ids`.
    """

    path: Path
    name: str
    image_id: str

    @property
    def is_video(self) -> bool:
        """Told by the file's name."""
        return self.path.suffix.lower() in VIDEOS


@dataclass(frozen=True)
class Sources:
    """All that was named.

    Attributes:
        pictures, videos: in the order of the arguments; a folder's by name.
        passed_over: files of the folders that are neither, and hidden ones.
    """

    pictures: tuple[Source, ...]
    videos: tuple[Source, ...]
    passed_over: int = 0


def find_sources(named: Sequence[str], without: Path | None = None) -> Sources:
    """Find files by their paths, in folders at any depth, and by patterns as the shell's.

    Args:
        named: files, folders, or patterns (`*`, `?`, `[..]`, `**`). A file that is named is taken
            whatever its ending, as a picture unless the ending is a video's.
        without: a folder whose files are left out unless they are named themselves: what is
            written to, and may hold what an earlier run wrote.

    Raises:
        PictureError: something leads to no file, or there is no picture and no video at all.
    """
    found: dict[Path, Path] = {}
    passed_over = 0
    for text in named:
        paths = [each for each in _files(text) if each[1] or not _is_in(each[0], without)]
        chosen = [path for path, asked in paths if asked or _is_known(path)]
        passed_over += len(paths) - len(chosen)
        for path in chosen:
            found.setdefault(path.resolve(), path)
    if not found:
        raise PictureError(
            f"{', '.join(named)}: no picture or video there{_but(without)}. They are told by their "
            f"endings: {' '.join(sorted(PICTURES | VIDEOS))}; another file must be named itself"
        )
    sources = _named(list(found.values()))
    return Sources(
        tuple(source for source in sources if not source.is_video),
        tuple(source for source in sources if source.is_video),
        passed_over,
    )


def image_ids(names: Sequence[str]) -> list[str]:
    """What results call pictures by these names.

    As COCO does, the number in the name (`000000000139.jpg` is 139), if every name holds one and
    no two the same; else the names themselves.
    """
    stems = [Path(name).stem for name in names]
    numbers = {number_of(stem) for stem in stems}
    if None in numbers or len(numbers) < len(stems):
        return list(names)
    return [str(number_of(stem)) for stem in stems]


def number_of(stem: str) -> int | None:
    """A name's number: all of it, and no larger than JSON's readers take; None: it is none."""
    is_number = stem.isascii() and stem.isdecimal() and len(stem) <= MOST_DIGITS
    return int(stem) if is_number else None


def _files(text: str) -> Iterator[tuple[Path, bool]]:
    """What an argument leads to, and whether it was asked for by its name."""
    named = Path(text)
    exists = bool(text) and named.exists()
    roots = [named] if exists else _fitting(named)
    if not roots:
        raise PictureError(f"{text!r}: no such file or folder, and no file fits it as a pattern")
    for root in roots:
        if root.is_dir():
            yield from ((path, False) for path in _below(root))
        else:
            yield root, exists


def _fitting(pattern: Path) -> list[Path]:
    """What fits a pattern, relative or absolute, by name."""
    if not pattern.name:
        return []
    return sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))


def _below(folder: Path) -> Iterator[Path]:
    """Its files in the order of their names, at any depth."""
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders.sort()
        yield from (Path(place) / name for name in sorted(files))


def _refuse(error: OSError) -> None:
    raise PictureError(f"{error.filename}: the folder cannot be read: {error.strerror}") from error


def _is_in(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.resolve().is_relative_to(folder.resolve())


def _but(without: Path | None) -> str:
    return "" if without is None else f" (what lies in {without} does not count)"


def _is_known(path: Path) -> bool:
    return not path.name.startswith(".") and path.suffix.lower() in PICTURES | VIDEOS


def _named(found: Sequence[Path]) -> list[Source]:
    # Without `..`, which would lead out of the folder that is written to.
    paths = [Path(os.path.normpath(path.absolute())) for path in found]
    common = Path(os.path.commonpath([path.parent for path in paths]))
    names = [_text(path.relative_to(common).as_posix()) for path in paths]
    still = [name for name in names if Path(name).suffix.lower() not in VIDEOS]
    ids = dict(zip(still, image_ids(still), strict=True))
    return [
        Source(path, name, ids.get(name, name)) for path, name in zip(found, names, strict=True)
    ]


def _text(name: str) -> str:
    """A name that JSON can hold: bytes that are no UTF-8 are spelt out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
