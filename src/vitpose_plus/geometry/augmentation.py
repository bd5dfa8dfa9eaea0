"""The published top-down augmentation: flip, half body, scale, rotation and centre jitter."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from pydantic import Field

from vitpose_plus.geometry.view import PADDING, View, view_of_box
from vitpose_plus.settings import settings

HALF_BODY_PADDING = 1.5
HALF_BODY_NEEDS_MORE_THAN = 8  # labelled keypoints; official `TopDownHalfBodyTransform`
CENTRE_JITTER = 0.2  # of the box's width and height, to either side; official `_xywh2cs`
MOST_TURNED = 2  # deviations at which the rotation is clipped


@settings
class SetAugmentation:
    """What one data set's recipe does otherwise; the defaults are COCO's (official configs).

    Attributes:
        half_body: whether half bodies are looked at at all: not on MPII and InterHand2.6M.
        half_body_keypoints: labelled keypoints that a half body must exceed; CrowdPose: 6.
        centre_jitter: whether the box's centre may stray; MPII's boxes come from a centre.
        padding: around a box.
        scale, rotation: in place of the training's; InterHand2.6M: 0.3 and 90.
    """

    half_body: bool = True
    half_body_keypoints: int = Field(default=HALF_BODY_NEEDS_MORE_THAN, ge=2)
    centre_jitter: bool = True
    padding: float = Field(default=PADDING, gt=0)
    scale: float | None = Field(default=None, ge=0, lt=1)
    rotation: float | None = Field(default=None, ge=0)


@settings
class Augmentation:
    """How far a training view strays from its box. The defaults are the official configs'.

    Attributes:
        flip: chance of mirroring.
        half_body: chance of looking at one half of the body only.
        scale: deviation of the normal draw around 1, clipped at one deviation.
        rotation: deviation in degrees of the normal draw, clipped at two deviations.
        rotated: share of the samples that are rotated at all.
        centre_jitter: share of the boxes whose centre strays, by up to a fifth of their sides.
        jitter_each_pass: draw that anew each time (mmpose 1.x, MAE), not once for a whole run (the
            official code).
    """

    flip: float = Field(default=0.5, ge=0, le=1)
    half_body: float = Field(default=0.3, ge=0, le=1)
    scale: float = Field(default=0.5, ge=0, lt=1)
    rotation: float = Field(default=40.0, ge=0)
    rotated: float = Field(default=0.6, ge=0, le=1)
    centre_jitter: float = Field(default=0.3, ge=0, le=1)
    jitter_each_pass: bool = False

    def for_set(self, own: SetAugmentation) -> "Augmentation":
        """This augmentation with what one set's recipe does otherwise."""
        return replace(
            self,
            half_body=self.half_body if own.half_body else 0.0,
            centre_jitter=self.centre_jitter if own.centre_jitter else 0.0,
            scale=self.scale if own.scale is None else own.scale,
            rotation=self.rotation if own.rotation is None else own.rotation,
        )


def widest(augmentations: Sequence[Augmentation]) -> Augmentation:
    """What strays at least as far as each of these: crops cut for it serve them all."""
    turned = [a.rotation for a in augmentations if a.rotated]
    return Augmentation(
        flip=max(a.flip for a in augmentations),
        half_body=max(a.half_body for a in augmentations),
        scale=max(a.scale for a in augmentations),
        rotation=max(turned, default=0.0),
        rotated=max(a.rotated for a in augmentations),
        centre_jitter=max(a.centre_jitter for a in augmentations),
    )


class Body(NamedTuple):
    """What half-body views are made from.

    Attributes:
        keypoints: [K, 2] in pixels.
        labelled: [K] flags.
        upper: [K] flags: upper body. All alike: the set has no halves.
        more_than: labelled keypoints that a half body must exceed.
    """

    keypoints: np.ndarray
    labelled: np.ndarray
    upper: np.ndarray
    more_than: int = HALF_BODY_NEEDS_MORE_THAN

    def halves(self, view: View) -> tuple[View, View] | None:
        """What is looked at when the upper half is drawn, and when the lower is.

        A half of less than three points gives way to the other (official code). None: too few
        keypoints are labelled, or the set has no halves.

        Args:
            view: of the whole box: its aspect ratio counts, and it stands in for a half that
                has no extent.
        """
        if self.labelled.sum() <= self.more_than or self.upper.all() or not self.upper.any():
            return None
        above = self.keypoints[self.labelled & self.upper]
        below = self.keypoints[self.labelled & ~self.upper]
        upper = above if len(above) > 2 or len(below) <= 2 else below
        lower = below if len(below) > 2 else above
        return _around(upper, view), _around(lower, view)


def random_view(
    rng: np.random.Generator, augmentation: Augmentation, view: View, body: Body
) -> View:
    """Stray from a view.

    Args:
        rng: this sample's own generator.
        augmentation: how far, for the sample's own data set.
        view: the upright view of the instance's box.
        body: where the halves of the body are.
    """
    if rng.random() < augmentation.half_body and (halves := body.halves(view)) is not None:
        # The official code draws this one from a normal distribution: the upper half in 69 %.
        view = halves[0] if rng.normal() < 0.5 else halves[1]
    reach = augmentation.scale
    factor = np.clip(1 + rng.normal() * reach, 1 - reach, 1 + reach)
    turn = np.clip(rng.normal(), -MOST_TURNED, MOST_TURNED) * augmentation.rotation
    rotated = rng.random() < augmentation.rotated
    flip = rng.random() < augmentation.flip
    return replace(view.scaled(factor), rotation=turn if rotated else 0.0, flip=bool(flip))


def random_jitter(rng: np.random.Generator, count: int, chance: float) -> np.ndarray:
    """How far the centres of boxes stray: the recipe draws it once, when it lists the boxes.

    Args:
        rng: of the list; the first boxes' draws do not depend on how many follow.
        count: boxes, N.
        chance: share of them that stray.

    Returns:
        [N, 2] in units of the box's width and height.
    """
    draws = rng.random((count, 3))
    return np.where(draws[:, :1] < chance, (2 * draws[:, 1:] - 1) * CENTRE_JITTER, 0.0)


def _around(points: np.ndarray, view: View) -> View:
    """The view around one half's points, of the whole's aspect ratio."""
    low, high = points.min(axis=0), points.max(axis=0)
    if not (high > low).any():
        return view
    shape = view.size[1], view.size[0]  # only the ratio counts
    around = view_of_box((*low, *(high - low)), shape, HALF_BODY_PADDING)
    return replace(around, centre=tuple(points.mean(axis=0).tolist()))
