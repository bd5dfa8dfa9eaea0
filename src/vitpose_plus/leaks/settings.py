"""What happens to training pictures that look like held-out ones."""

from typing import Literal

from pydantic import Field, model_validator

from vitpose_plus.settings import settings

Action = Literal["warn", "drop", "fail"]


@settings
class Leaks:
    """The leak check.

    What it finds is the same whatever the action: `action` and `protect` say what an experiment
    makes of it.

    Attributes:
        action: say so, leave the training pictures out of training, or stop.
        distance: of a hash's 256 bits, how many may differ between copies. Re-encoded, resized
            and slightly cropped copies stay within 40, different photographs beyond 64
            (measured: `datasets.picture_hash`).
        skip: data sets that are not compared at all, in either role: where one camera looks at
            one room, strangers look alike.
        protect: data sets whose held-out pictures no experiment may train on, beyond its own.
    """

    action: Action = "warn"
    distance: int = Field(default=40, ge=0, le=64)
    skip: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_protected(self) -> "Leaks":
        if both := sorted(set(self.skip) & set(self.protect)):
            raise ValueError(
                f"{', '.join(both)}: skip and protect name it; what is not compared "
                "cannot be protected"
            )
        return self
