"""Boxes, the UDP affine and augmentation."""
