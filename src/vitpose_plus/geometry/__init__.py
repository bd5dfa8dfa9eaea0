"""Boxes, the UDP affine, pictures and augmentation."""

from vitpose_plus.geometry.affine import invert, transform_points, udp_affine
from vitpose_plus.geometry.augmentation import Augmentation, random_view
from vitpose_plus.geometry.pictures import MEAN, STD, crop, normalise, read_picture
from vitpose_plus.geometry.view import PADDING, View, view_of_box

__all__ = [
    "MEAN",
    "PADDING",
    "STD",
    "Augmentation",
    "View",
    "crop",
    "invert",
    "normalise",
    "random_view",
    "read_picture",
    "transform_points",
    "udp_affine",
    "view_of_box",
]
