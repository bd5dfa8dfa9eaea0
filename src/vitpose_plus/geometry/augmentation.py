"""The published top-down augmentation: flip, half body, scale and rotation."""

from dataclasses import replace

import numpy as np
from pydantic import Field

from vitpose_plus.geometry.view import PADDING, View, view_of_box
from vitpose_plus.settings import settings

HALF_BODY_PADDING = 1.5
HALF_BODY_NEEDS_MORE_THAN = 8  # labelled keypoints; official `TopDownHalfBodyTransform`


@settings
class Augmentation:
    """How far a training view strays from its box. The defaults are the official configs'.

    Attributes:
        flip: chance of mirroring.
        half_body: chance of looking at one half of the body only.
        scale: deviation of the normal draw around 1, clipped at one deviation.
        rotation: deviation in degrees of the normal draw, clipped at two deviations.
        rotated: share of the samples that are rotated at all.
    """

    flip: float = Field(default=0.5, ge=0, le=1)
    half_body: float = Field(default=0.3, ge=0, le=1)
    scale: float = Field(default=0.5, ge=0, lt=1)
    rotation: float = Field(default=40.0, ge=0)
    rotated: float = Field(default=0.6, ge=0, le=1)


@settings
class SetAugmentation:
    """What one data set's recipe does otherwise; the defaults are COCO's (official configs).

    Attributes:
        half_body: whether half bodies are looked at at all: not on MPII and InterHand2.6M.
        half_body_keypoints: labelled keypoints that a half body must exceed; CrowdPose: 6.
        centre_jitter: whether the box's centre may stray; MPII's boxes come from a centre.
        padding: around a box; InterHand2.6M: 1.5.
        scale, rotation: in place of the training's; InterHand2.6M: 0.3 and 90.
    """

    half_body: bool = True
    half_body_keypoints: int = Field(default=HALF_BODY_NEEDS_MORE_THAN, ge=2)
    centre_jitter: bool = True
    padding: float = Field(default=PADDING, gt=0)
    scale: float | None = Field(default=None, ge=0, lt=1)
    rotation: float | None = Field(default=None, ge=0)


def random_view(
    rng: np.random.Generator,
    augmentation: Augmentation,
    view: View,
    keypoints: np.ndarray,
    labelled: np.ndarray,
    upper: np.ndarray,
) -> View:
    """Stray from a view.

    Args:
        rng: this sample's own generator.
        augmentation: how far.
        view: the upright view of the instance's box.
        keypoints: [K, 2] in pixels.
        labelled: [K] flags.
        upper: [K] flags: upper body. All alike: the set has no halves, and none is taken.
    """
    if rng.random() < augmentation.half_body:
        view = _half_body(rng, view, keypoints, labelled, upper)
    factor = np.clip(1 + rng.normal() * augmentation.scale, *_around(1, augmentation.scale))
    turn = np.clip(rng.normal(), -2, 2) * augmentation.rotation
    rotated = rng.random() < augmentation.rotated
    flip = rng.random() < augmentation.flip
    return replace(view.scaled(factor), rotation=turn if rotated else 0.0, flip=bool(flip))


def _around(middle: float, reach: float) -> tuple[float, float]:
    return middle - reach, middle + reach


def _half_body(
    rng: np.random.Generator,
    view: View,
    keypoints: np.ndarray,
    labelled: np.ndarray,
    upper: np.ndarray,
) -> View:
    if labelled.sum() <= HALF_BODY_NEEDS_MORE_THAN or upper.all() or not upper.any():
        return view
    # The official code draws this one from a normal distribution: the upper half in 69 %.
    above, below = keypoints[labelled & upper], keypoints[labelled & ~upper]
    first, second = (above, below) if rng.normal() < 0.5 else (below, above)
    half = first if len(first) > 2 else second
    if len(half) < 2:
        return view
    low, high = half.min(axis=0), half.max(axis=0)
    around = view_of_box((*low, *(high - low)), _shape(view), HALF_BODY_PADDING)
    return replace(around, centre=tuple(half.mean(axis=0).tolist()))


def _shape(view: View) -> tuple[float, float]:
    """(height, width): only their ratio counts."""
    return view.size[1], view.size[0]
