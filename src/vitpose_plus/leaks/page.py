"""The leak check as a page: the pairs side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.leaks.hashed import Picture
from vitpose_plus.leaks.pairs import Leak, LeakPairs
from vitpose_plus.leaks.summary import Leakage, Overlap
from vitpose_plus.pages import PAGE_NAME, render, thumbnail

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


def write_leak_page(pairs: LeakPairs, leakage: Leakage, folder: Path) -> Path:
    """Write `index.html`, pictures embedded, into a folder that nobody reads yet.

    Of many pairs every two splits show an equal share, the least alike first: those are the
    ones to doubt.

    Args:
        pairs: of pictures that look alike.
        leakage: their counts.
        folder: where to.

    Raises:
        PictureError: a picture that is to be shown cannot be read.
    """
    sections = _sections(pairs, leakage)
    path = folder / PAGE_NAME
    path.write_text(
        render("leaks", "leaks.html.j2", leakage=leakage, sections=sections),
        encoding="utf-8",
    )
    return path


def _sections(pairs: LeakPairs, leakage: Leakage) -> list[_Section]:
    folders = {
        (split.dataset, split.split): split.folder
        for split in (*pairs.ours.splits, *pairs.theirs.splits)
    }
    groups = pairs.by_splits()
    share = max(SHOWN // max(len(groups), 1), 1)
    shown = {}
    for group in groups:
        chosen = group[np.argsort(-pairs.distance[group], kind="stable")[:share]]
        leaks = [pairs[index] for index in chosen]
        ours, theirs = leaks[0].training, leaks[0].held_out
        key = ((ours.dataset, ours.split), (theirs.dataset, theirs.split))
        shown[key] = [_pair(leak, folders) for leak in leaks]
    return [_Section(o, shown[o.training, o.held_out]) for o in leakage.overlaps]


def _pair(leak: Leak, folders: Mapping[tuple[str, str], Path]) -> _Pair:
    return _Pair(leak, _show(leak.training, folders), _show(leak.held_out, folders))


def _show(picture: Picture, folders: Mapping[tuple[str, str], Path]) -> str:
    path = folders[picture.dataset, picture.split] / picture.name
    return thumbnail(path, THUMBNAIL)
