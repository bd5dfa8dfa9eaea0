"""All data sets on one page."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.data_pages.contact_sheet import Tile, contact_sheet
from vitpose_plus.data_pages.figures import read_columns
from vitpose_plus.data_pages.page import SEED
from vitpose_plus.datasets.manifest import Manifest, read_manifest
from vitpose_plus.pages import PAGE_NAME, render
from vitpose_plus.replacement import replacing_file

TILES = 5


@dataclass(frozen=True)
class Row:
    """One data set: what was counted, where its page is if it has one, and a few tiles."""

    manifest: Manifest
    page: str | None
    tiles: Sequence[Tile]


def write_overview(tables: Sequence[Path], folder: Path, leak_report: Path | None = None) -> Path:
    """Write `index.html`: a row a data set with pictures and counts, leading to its own page.

    Args:
        tables: the data sets' folders of tables, in the order to show them.
        folder: holds their pages as `write_data_page` wrote them, in folders named as the sets;
            a set that has none there is shown without a link.
        leak_report: the leak check's folder, to lead to.

    Returns:
        The overview.

    Raises:
        AnnotationError: there are no tables.
        PictureError: a picture that is to be shown is missing or broken.
    """
    leaks = None if leak_report is None else _address(leak_report / PAGE_NAME, folder)
    rows = [_row(one, folder) for one in tables]
    text = render("data_pages", "overview.html.j2", rows=rows, leaks=leaks)
    path = folder / PAGE_NAME
    folder.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


def _row(tables: Path, folder: Path) -> Row:
    manifest = read_manifest(tables)
    page = _address(folder / manifest.dataset / PAGE_NAME, folder)
    split = max(manifest.splits.values(), key=lambda split: split.trainable)
    table = read_columns(tables / split.table)
    rng = np.random.default_rng(SEED)
    tiles = contact_sheet(
        table, Path(split.images), manifest.skeleton, TILES, rng, well_labelled=True
    )
    return Row(manifest, page, tiles)


def _address(page: Path, folder: Path) -> str | None:
    """The page's address as seen from the folder; None where it has not been written."""
    return Path(os.path.relpath(page, folder)).as_posix() if page.is_file() else None
