"""What is told about a store that fails: its beginning, once, and its end."""

import logging
import time

log = logging.getLogger(__name__)


class Outage:
    """Failures in a row.

    Attributes:
        failures: their number.
        last: the last one.
    """

    def __init__(self, what: str) -> None:
        """`what` is not done, in words."""
        self._what = what
        self._began = time.monotonic()
        self.failures = 0
        self.last: Exception | None = None

    def failed(self, error: Exception, newest: str) -> None:
        """Note a failure; the first one is told.

        Args:
            error: why.
            newest: what that means for what is stored, in words.
        """
        self.failures += 1
        self.last = error
        if self.failures > 1:
            log.debug("%s: again: %s", self._what, error)
            return
        self._began = time.monotonic()
        log.warning(
            "%s: %s (%s) The work goes on, and this is tried again for as long as it does.",
            *(self._what, describe(error), newest),
        )

    def over(self) -> None:
        """It went well."""
        if self.failures:
            minutes = (time.monotonic() - self._began) / 60
            log.info("%s: that is over, after %.1f minutes", self._what, minutes)
        self.failures, self.last = 0, None


def describe(error: Exception) -> str:
    """An error's words, and its kind where they tell too little."""
    return str(error) if len(str(error)) > 20 else f"{type(error).__name__}: {error}"
