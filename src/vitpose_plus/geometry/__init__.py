"""Boxes, the UDP affine, pictures and augmentation."""

from vitpose_plus.geometry.affine import compose, invert, transform_points, udp_affine
from vitpose_plus.geometry.augmentation import (
    Augmentation,
    Body,
    SetAugmentation,
    random_jitter,
    random_view,
)
from vitpose_plus.geometry.pictures import MEAN, STD, crop, normalise, read_picture
from vitpose_plus.geometry.view import PADDING, View, view_of_box

__all__ = [
    "MEAN",
    "PADDING",
    "STD",
    "Augmentation",
    "Body",
    "SetAugmentation",
    "View",
    "compose",
    "crop",
    "invert",
    "normalise",
    "random_jitter",
    "random_view",
    "read_picture",
    "transform_points",
    "udp_affine",
    "view_of_box",
]
