"""Paint a stage and measure the result: silhouettes, boxes, and which keypoints show."""

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np

from vitpose_plus.datasets.sample.background import cast_shadow
from vitpose_plus.datasets.sample.figure import Figure, Points
from vitpose_plus.datasets.sample.paint import paint
from vitpose_plus.datasets.sample.stage import Stage

# The owner map holds figure * PARTS + part; figure 0 is the background, 1 the occluders.
PARTS = 64
FIRST_FIGURE = 2


class Seen(IntEnum):
    """How a keypoint is seen, from least to best."""

    OUTSIDE = 0
    COVERED = 1
    SELF_HIDDEN = 2
    VISIBLE = 3


@dataclass(slots=True)
class Instance:
    """One figure as it stands in the picture.

    Attributes:
        kind: "person" or a species.
        names: N keypoint names.
        xy: [N, 2] pixels, whole numbers; pixel centres are whole.
        seen: [N] of Seen.
        facing: [N] flags: the surface there is turned towards the camera.
        mask: [H, W] flags: its visible silhouette.
        bbox: x, y, width, height of the silhouette in pixels.
        unit: pixels of the standing height.
        track: its number on the stage, the same in all frames of a clip.
    """

    kind: str
    names: tuple[str, ...]
    xy: np.ndarray
    seen: np.ndarray
    facing: np.ndarray
    mask: np.ndarray
    bbox: tuple[int, int, int, int]
    unit: float
    track: int

    @property
    def area(self) -> int:
        """Visible pixels."""
        return int(self.mask.sum())

    @property
    def clear(self) -> bool:
        """Large and free enough to carry keypoints."""
        return self.area >= 500 and float((self.seen >= Seen.SELF_HIDDEN).mean()) >= 0.25

    def select(self, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """xy [K, 2], seen [K] and facing [K] of these keypoints."""
        index = [self.names.index(name) for name in names]
        return self.xy[index], self.seen[index], self.facing[index]


@dataclass(slots=True)
class Scene:
    """A painted picture [H, W, 3] BGR, its instances, and the region of a crowd, if any."""

    image: np.ndarray
    instances: list[Instance]
    crowd: np.ndarray | None = None


def shoot(stage: Stage, frame: int = 0) -> Scene:
    """Paint the stage, far to near."""
    image = stage.background.copy()
    owner = np.zeros(image.shape[:2], np.int32)
    crowd_code = FIRST_FIGURE + len(stage.actors)
    for actor in stage.crowd:
        _paint_figure(image, owner, actor.figure(stage.light), crowd_code)
    figures = [actor.figure(stage.light, frame) for actor in stage.actors]
    for track in sorted(range(len(figures)), key=lambda i: -figures[i].distance):
        _paint_figure(image, owner, figures[track], FIRST_FIGURE + track)
    for part in stage.occluders:
        paint(image, owner, part, PARTS)
    seen = [_measure(owner, figure, track) for track, figure in enumerate(figures)]
    crowd = owner // PARTS == crowd_code if stage.crowd else None
    return Scene(image, [instance for instance in seen if instance], crowd)


def _paint_figure(image: np.ndarray, owner: np.ndarray, figure: Figure, code: int) -> None:
    x0, _, x1, y1 = figure.extent()
    cast_shadow(image, (x0 + x1) / 2, y1 - 2, max(4.0, 0.5 * (x1 - x0)))
    for i, part in enumerate(figure.parts):
        paint(image, owner, part, code * PARTS + i)


def _measure(owner: np.ndarray, figure: Figure, track: int) -> Instance | None:
    """None when nothing of the figure shows."""
    mask = owner // PARTS == FIRST_FIGURE + track
    if not mask.any():
        return None
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    x0, x1, y0, y1 = (int(v) for v in (columns[0], columns[-1], rows[0], rows[-1]))
    points = figure.points
    xy = np.rint(points.xy).astype(int)
    return Instance(
        kind=figure.kind,
        names=points.names,
        xy=xy,
        seen=_seen(owner, xy, points, [part.name for part in figure.parts], track),
        facing=points.facing,
        mask=mask,
        bbox=(x0, y0, x1 - x0 + 1, y1 - y0 + 1),
        unit=figure.unit,
        track=track,
    )


def _seen(
    owner: np.ndarray, xy: np.ndarray, points: Points, parts: list[str], track: int
) -> np.ndarray:
    height, width = owner.shape
    inside = ((xy >= 0) & (xy < [width, height])).all(axis=1)
    at = np.clip(xy, 0, [width - 1, height - 1])
    code = owner[at[:, 1], at[:, 0]]
    figure, part = code // PARTS, code % PARTS
    # Nothing before the background: a point beside its own thin part is not covered.
    own = (figure == FIRST_FIGURE + track) | (figure == 0)
    home = np.array([[name in homes for name in parts] for homes in points.homes])
    shows = home[np.arange(len(xy)), np.minimum(part, len(parts) - 1)] | (figure == 0)
    seen = np.full(len(xy), int(Seen.COVERED))
    seen[own] = Seen.SELF_HIDDEN
    seen[own & shows & points.facing] = Seen.VISIBLE
    seen[~inside] = Seen.OUTSIDE
    return seen


def polygons(mask: np.ndarray) -> list[list[float]]:
    """COCO's segmentation of a mask [H, W]: outlines of three or more corners."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
    rings = [ring.reshape(-1).astype(float).tolist() for ring in found if len(ring) >= 3]
    if rings:
        return rings
    rows, columns = np.nonzero(mask)
    x0, x1, y0, y1 = (float(v) for v in (columns.min(), columns.max(), rows.min(), rows.max()))
    return [[x0, y0, x1 + 1, y0, x1 + 1, y1 + 1, x0, y1 + 1]]
