"""The leak check as a page: the pairs side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitpose_plus.leaks.find import Leak
from vitpose_plus.leaks.hashed import HashedPictures, Picture
from vitpose_plus.leaks.summary import Leakage, Overlap, by_splits
from vitpose_plus.pages import render, thumbnail

PAGE_NAME = "index.html"
SHOWN = 200
THUMBNAIL = 220  # Pixels, the longer side.


@dataclass(frozen=True)
class _Pair:
    """A pair as the page shows it: the pictures as data URIs."""

    leak: Leak
    training: str
    held_out: str


@dataclass(frozen=True)
class _Section:
    """The pairs of two splits."""

    overlap: Overlap
    pairs: Sequence[_Pair]


def write_leak_page(
    leaks: Sequence[Leak],
    leakage: Leakage,
    splits: Sequence[HashedPictures],
    folder: Path,
) -> Path:
    """Write `index.html`, pictures embedded, into a folder that nobody reads yet.

    Of many pairs every two splits show an equal share, the least alike first: those are the
    ones to doubt.

    Args:
        leaks: the pairs.
        leakage: their counts.
        splits: where the pictures lie.
        folder: where to.

    Raises:
        PictureError: a picture that is to be shown cannot be read.
    """
    folders = {(split.dataset, split.split): split.folder for split in splits}
    sections = _sections(leaks, leakage, folders)
    path = folder / PAGE_NAME
    shown = sum(len(section.pairs) for section in sections)
    path.write_text(
        render("leaks", "leaks.html.j2", leakage=leakage, sections=sections, shown=shown),
        encoding="utf-8",
    )
    return path


def _sections(
    leaks: Sequence[Leak], leakage: Leakage, folders: Mapping[tuple[str, str], Path]
) -> list[_Section]:
    groups = {
        (
            (group[0].training.dataset, group[0].training.split),
            (group[0].held_out.dataset, group[0].held_out.split),
        ): sorted(group, key=lambda leak: -leak.distance)
        for group in by_splits(leaks)
    }
    share = max(SHOWN // max(len(groups), 1), 1)
    return [
        _Section(o, [_pair(leak, folders) for leak in groups[o.training, o.held_out][:share]])
        for o in leakage.overlaps
    ]


def _pair(leak: Leak, folders: Mapping[tuple[str, str], Path]) -> _Pair:
    return _Pair(leak, _show(leak.training, folders), _show(leak.held_out, folders))


def _show(picture: Picture, folders: Mapping[tuple[str, str], Path]) -> str:
    path = folders[picture.dataset, picture.split] / picture.name
    return thumbnail(path, THUMBNAIL)
