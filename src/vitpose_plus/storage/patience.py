"""Trying a request again: exponential back-off with jitter."""

import random
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from vitpose_plus.storage.s3_failure import REQUEST_ERRORS, as_storage_error, is_passing
from vitpose_plus.storage.settings import S3Access

T = TypeVar("T")


class Patience:
    """Counts the failures in a row of one piece of work, and waits after each, ever longer."""

    def __init__(self, where: str, access: S3Access, halt: Event | None = None):
        """`where` is the address, for the error; `halt` cuts a wait short."""
        self._where = where
        self._access = access
        self._halt = halt or Event()
        self._failures = 0

    def progressed(self) -> None:
        """Bytes came: the next failure is a first one."""
        self._failures = 0

    def after(self, error: Exception) -> None:
        """Wait before the next attempt.

        Raises:
            StorageError: another attempt is of no use, or there were enough.
        """
        self._failures += 1
        if not is_passing(error) or self._failures >= self._access.attempts:
            raise as_storage_error(error, self._where, attempts=self._failures) from error
        ceiling = self._access.first_wait * 2 ** min(self._failures - 1, 30)
        # Full jitter: connections that failed together must not come back together.
        self._halt.wait(random.uniform(0, min(ceiling, self._access.longest_wait)))


def patiently(request: Callable[[], T], where: str, access: S3Access) -> T:
    """Make a request until it succeeds.

    Raises:
        StorageError: it is of no use, or there were `access.attempts`.
    """
    patience = Patience(where, access)
    while True:
        try:
            return request()
        except REQUEST_ERRORS as error:
            patience.after(error)
