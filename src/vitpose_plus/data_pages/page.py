"""One data set's page."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from vitpose_plus.data_pages.charts import histograms, keypoint_labelling, namings, positions
from vitpose_plus.data_pages.contact_sheet import Tile, contact_sheet
from vitpose_plus.data_pages.figures import SplitFigures, measure, read_columns
from vitpose_plus.datasets.manifest import Manifest, SplitManifest, read_manifest
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.geometry.augmentation import SetAugmentation
from vitpose_plus.geometry.typical_pose import typical_pose
from vitpose_plus.inference.skeleton_figure import WIDTH, SkeletonFigure, skeleton_figure
from vitpose_plus.pages import PAGE_NAME, render
from vitpose_plus.replacement import replacing

DATA_DOCS = "data_docs"
TILES = 24
SEED = 0


@dataclass(frozen=True, eq=False)
class ShownSplit:
    """One split on the page."""

    name: str
    counts: SplitManifest
    figures: SplitFigures
    tiles: Sequence[Tile]


def write_data_page(tables: Path, folder: Path) -> Path:
    """Write a page that shows a data set: counts, charts, its skeleton, pictures with poses.

    Args:
        tables: the folder that `ingest` wrote.
        folder: is replaced; gets `index.html`, and the validation's pages beside it where there
            are some, so that the folder can be moved or tracked as a whole.

    Returns:
        The page.

    Raises:
        AnnotationError: there are no tables.
        PictureError: a picture that is to be shown is missing or broken.
    """
    manifest = read_manifest(tables)
    shown, skeleton = _show(manifest, tables)
    figures = {split.name: split.figures for split in shown}
    text = render(
        "data_pages",
        "data_page.html.j2",
        manifest=manifest,
        splits=shown,
        labelled=sum(int(found.visibility[:, 1:].sum()) for found in figures.values()),
        skeleton=skeleton,
        width=WIDTH,
        keypoints=keypoint_labelling(figures, manifest.skeleton),
        histograms=histograms(figures),
        namings=namings(figures),
        positions=positions(figures),
        own_recipe=_own_recipe(manifest.augmentation),
        data_docs=f"{DATA_DOCS}/{PAGE_NAME}" if (tables / DATA_DOCS).is_dir() else None,
    )
    with replacing(folder) as part:
        (part / PAGE_NAME).write_text(text, encoding="utf-8")
        if (tables / DATA_DOCS).is_dir():
            shutil.copytree(tables / DATA_DOCS, part / DATA_DOCS)
    return folder / PAGE_NAME


def _show(manifest: Manifest, tables: Path) -> tuple[list[ShownSplit], SkeletonFigure | None]:
    """Every split, and the pose of the one with the most to see. One table is held at a time."""
    richest = max(manifest.splits, key=lambda name: manifest.splits[name].trainable)
    shown, skeleton = [], None
    for name, counts in manifest.splits.items():
        table = read_columns(tables / counts.table)
        rng = np.random.default_rng(SEED)
        tiles = contact_sheet(table, Path(counts.images), manifest.skeleton, TILES, rng)
        shown.append(ShownSplit(name, counts, measure(table), tiles))
        if name == richest:
            skeleton = _draw_skeleton(table, manifest, rng)
    return shown, skeleton


def _draw_skeleton(
    table: AnnotationTable, manifest: Manifest, rng: np.random.Generator
) -> SkeletonFigure | None:
    """The typical pose; None where no instance has two labelled keypoints, so none has a shape."""
    if (table.visibility > 0).sum(axis=1).max() < 2:
        return None
    pose = typical_pose(table.keypoints, table.visibility, rng)
    return skeleton_figure(pose, manifest.skeleton)


def _own_recipe(augmentation: SetAugmentation) -> dict[str, object]:
    """What the set's training does otherwise than the recipe."""
    usual = SetAugmentation()
    names = [field.name for field in fields(SetAugmentation)]
    return {
        name.replace("_", " "): getattr(augmentation, name)
        for name in names
        if getattr(augmentation, name) != getattr(usual, name)
    }
