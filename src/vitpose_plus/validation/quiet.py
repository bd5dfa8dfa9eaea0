"""Great Expectations without analytics, progress bars and log lines, imported when needed."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

from vitpose_plus.errors import ValidationError

ANALYTICS = "GX_ANALYTICS_ENABLED"
"""Read at import by the older releases that the extra allows; 1.24 sends nothing anyway."""
# The second sets its own level when it is imported.
TALKATIVE = ("great_expectations", "great_expectations.data_context.types.base")
MISSING = (
    "validation needs Great Expectations, which the extra `pipelines` brings: "
    "pip install 'vitpose-plus[pipelines]'"
)


@contextmanager
def quiet_great_expectations() -> Iterator[ModuleType]:
    """The package (its import takes seconds), silent within the block.

    Raises:
        ValidationError: it is not installed.
    """
    before = os.environ.get(ANALYTICS)
    os.environ[ANALYTICS] = "false"
    try:
        package = _load()
        loggers = [logging.getLogger(name) for name in TALKATIVE]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield package
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
    finally:
        if before is None:
            del os.environ[ANALYTICS]
        else:
            os.environ[ANALYTICS] = before


def require_great_expectations() -> None:
    """Look for the package without the seconds of its import.

    Raises:
        ValidationError: it is not installed.
    """
    if find_spec("great_expectations") is None:
        raise ValidationError(MISSING)


def _load() -> ModuleType:
    try:
        import great_expectations
        import great_expectations.expectations
    except ImportError as error:
        raise ValidationError(MISSING) from error
    return great_expectations
