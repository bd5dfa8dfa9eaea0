"""The weights that a training starts from, brought where they are missing."""

import logging
from pathlib import Path

from pipelines.parameters import Data
from vitpose_plus.storage.origin import Origin
from vitpose_plus.training.config import Start, Training

log = logging.getLogger(__name__)


def origin_of(start: Start, data: Data) -> Origin | None:
    """Where weights that are not there come from; None: nothing says so, or of another file."""
    if start.origin is None or Path(start.origin).name != start.weights.name:
        return None
    return data.whole(Origin(address=start.origin, folder=start.weights.parent))


def bring_weights(training: Training, data: Data) -> None:
    """Bring the file that a training starts from, if it is not there.

    Raises:
        StorageError: it cannot be brought, or is another file.
    """
    start = training.start
    if start is None or start.weights.exists() or (origin := origin_of(start, data)) is None:
        return
    from vitpose_plus.storage import obtain

    log.info("%s is brought from %s", start.weights, origin.address)
    obtain([origin], data.s3, scratch=data.downloads, limits=data.unpack)
