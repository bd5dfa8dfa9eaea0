"""What part of a picture the network looks at."""

from dataclasses import dataclass, replace

import numpy as np

PADDING = 1.25  # around a box, in every published recipe


@dataclass(frozen=True, slots=True)
class View:
    """A rotated rectangle of a picture, with the network input's aspect ratio.

    Attributes:
        centre: x, y in pixels.
        size: width, height in pixels.
        rotation: degrees that the picture is turned by, clockwise on the screen.
        flip: mirrored left to right.
    """

    centre: tuple[float, float]
    size: tuple[float, float]
    rotation: float = 0.0
    flip: bool = False

    def scaled(self, factor: float) -> "View":
        """The same view, `factor` times as wide and high."""
        return replace(self, size=(self.size[0] * factor, self.size[1] * factor))


def view_of_box(
    box: np.ndarray | tuple[float, ...], input_size: tuple[float, float], padding: float = PADDING
) -> View:
    """The upright view around a box.

    Args:
        box: x, y, width, height in pixels.
        input_size: (height, width) of the network's input; the box grows to its aspect ratio.
        padding: how much larger than the box the view is.
    """
    x, y, width, height = map(float, box)
    aspect = input_size[1] / input_size[0]
    size = max(width, height * aspect), max(height, width / aspect)
    return View((x + width / 2, y + height / 2), size).scaled(padding)
