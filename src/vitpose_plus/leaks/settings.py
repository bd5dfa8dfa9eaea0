"""What happens to training pictures that look like held-out ones."""

from typing import Literal

from pydantic import Field

from vitpose_plus.settings import settings

Action = Literal["warn", "drop", "fail"]


@settings
class Leaks:
    """The leak check.

    Attributes:
        action: say so, leave the training pictures out of training, or stop.
        distance: of a hash's 256 bits, how many may differ between copies. Re-encoded, resized
            and slightly cropped copies stay within 40, different photographs beyond 64
            (measured: `datasets.picture_hash`).
    """

    action: Action = "warn"
    distance: int = Field(default=40, ge=0, le=64)
