"""How far a recipe's views can stray: what a crop store must hold."""

from pydantic import Field

from vitpose_plus.geometry import Augmentation, SetAugmentation
from vitpose_plus.geometry.augmentation import CENTRE_JITTER, MOST_TURNED
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.settings import settings


@settings
class Reach:
    """The bounds of one data set's views.

    Attributes:
        input_size: (height, width) of the network's input.
        padding: around a box.
        scale: a view is between 1 - scale and 1 + scale times the padded box.
        turn: degrees that a view is turned at most, to either side.
        jitter: how far the centre strays at most, in units of the box's width and height.
        half_body_keypoints: labelled keypoints beyond which half bodies are looked at; None:
            they never are.
    """

    input_size: InputSize
    padding: float = Field(gt=0)
    scale: float = Field(ge=0, lt=1)
    turn: float = Field(ge=0)
    jitter: float = Field(ge=0)
    half_body_keypoints: int | None

    @classmethod
    def of(
        cls, augmentation: Augmentation, own: SetAugmentation, input_size: tuple[int, int]
    ) -> "Reach":
        """The reach of a training's augmentation on one data set."""
        strays = augmentation.for_set(own)
        return cls(
            input_size=input_size,
            padding=own.padding,
            scale=strays.scale,
            turn=MOST_TURNED * strays.rotation if strays.rotated else 0.0,
            jitter=CENTRE_JITTER if strays.centre_jitter else 0.0,
            half_body_keypoints=own.half_body_keypoints if strays.half_body else None,
        )

    def lacks(self, wanted: "Reach") -> str | None:
        """What another reach has beyond this one, in words; None: nothing."""
        (rows, columns), (wanted_rows, wanted_columns) = self.input_size, wanted.input_size
        if rows * wanted_columns != columns * wanted_rows:
            return f"input of another shape: {wanted_rows}x{wanted_columns}, not {rows}x{columns}"
        pairs = {
            "input size": (wanted_rows, rows),
            "widest view": (wanted.padding * (1 + wanted.scale), self.padding * (1 + self.scale)),
            # Halves have a padding of their own, the same in every recipe.
            "scale": (wanted.scale, self.scale),
            "turn": (wanted.turn, self.turn),
            "centre jitter": (wanted.jitter, self.jitter),
        }
        for name, (needed, has) in pairs.items():
            if needed > has:
                return f"{name}: {needed:g}, not {has:g}"
        nearest, has = wanted.padding * (1 - wanted.scale), self.padding * (1 - self.scale)
        if nearest < has:
            return f"closest view: {nearest:g}, not {has:g}"
        return self._lacks_halves(wanted)

    def _lacks_halves(self, wanted: "Reach") -> str | None:
        needed, has = wanted.half_body_keypoints, self.half_body_keypoints
        if needed is None or (has is not None and has <= needed):
            return None
        built = "without half bodies" if has is None else f"with half bodies beyond {has}"
        return f"half bodies beyond {needed} labelled keypoints, built {built}"
