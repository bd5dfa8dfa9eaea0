"""Until when somebody waits for an answer."""

import math
import time
from contextvars import ContextVar

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import DEADLINE_EXCEEDED

_end = ContextVar("_end", default=math.inf)  # asyncio hands it on to the thread that does the work.


def set_deadline(seconds: float) -> None:
    """From now on, for this request."""
    _end.set(time.monotonic() + seconds)


def check_deadline() -> None:
    """Give up work that nobody waits for: MLflow answers in time, but its thread goes on.

    Raises:
        MlflowException: the time is over (DEADLINE_EXCEEDED).
    """
    if time.monotonic() > _end.get():
        raise MlflowException("the time for this request is over", DEADLINE_EXCEEDED)
