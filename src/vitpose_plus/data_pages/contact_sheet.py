"""A sample of a split's instances, cut out and with their skeletons drawn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.tiles import cut, window_around
from vitpose_plus.geometry import read_picture
from vitpose_plus.inference.drawing import draw_poses
from vitpose_plus.pages import embedded
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True)
class Tile:
    """One cut-out.

    Attributes:
        source: the picture as a data URI.
        name: the picture's file name.
        text: what it shows.
    """

    source: str
    name: str
    text: str


def contact_sheet(
    table: AnnotationTable,
    images: Path,
    skeleton: Skeleton,
    count: int,
    rng: np.random.Generator,
    *,
    well_labelled: bool = False,
) -> list[Tile]:
    """Tiles around a random sample of trainable instances, from different pictures if possible.

    Every pose that is labelled in what a tile shows is drawn.

    Args:
        table: one split's rows.
        images: the folder that the rows' file names start from.
        skeleton: names and limbs.
        count: tiles at most.
        rng: which ones.
        well_labelled: take none with fewer labelled keypoints than the middle one of them has.

    Raises:
        PictureError: a chosen picture is missing or broken.
    """
    labelled = (table.visibility > 0).sum(axis=1)
    rows = np.flatnonzero(table.trainable)
    if well_labelled:
        rows = rows[labelled[rows] >= np.median(labelled[rows])]
    chosen = _choose(table, rng.permutation(rows))[:count]
    together = _of_the_same_pictures(table, chosen)
    return [_tile(table.take([row]), together, images, skeleton) for row in chosen]


def _choose(table: AnnotationTable, order: np.ndarray) -> np.ndarray:
    """The rows in this order, but the first of every picture before all further ones."""
    pictures = table.rows.column("file_name").combine_chunks().dictionary_encode().indices
    _, first = np.unique(pictures.to_numpy()[order], return_index=True)
    is_first = np.zeros(len(order), dtype=bool)
    is_first[first] = True
    return np.concatenate([order[is_first], order[~is_first]])


def _of_the_same_pictures(table: AnnotationTable, chosen: np.ndarray) -> AnnotationTable:
    names = table.rows.column("file_name")
    wanted = pc.is_in(names, value_set=names.take(pa.array(chosen)).combine_chunks())
    return AnnotationTable(table.rows.filter(wanted))


def _tile(
    row: AnnotationTable, together: AnnotationTable, images: Path, skeleton: Skeleton
) -> Tile:
    name = str(row.column("file_name")[0])
    picture = read_picture(images / name)
    window = window_around(row.bbox[0], picture)
    here = together.take(np.flatnonzero(together.column("file_name") == name))
    labelled = (here.visibility > 0).astype(np.float32)
    poses = window.to_tile(here.keypoints)
    drawn = draw_poses(cut(picture, window), poses, labelled, skeleton)
    return Tile(embedded(drawn), name, _describe(row, len(skeleton)))


def _describe(row: AnnotationTable, keypoints: int) -> str:
    hand = row.column("hand_type")[0]
    subject = row.column("category")[0] if hand is None else f"{hand} hand"
    return f"{subject}, {int((row.visibility[0] > 0).sum())} of {keypoints} labelled"
