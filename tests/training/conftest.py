"""Tables on disk, as a job's addresses name them."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def ingested(make_split, ingest_split, tmp_path) -> Callable[[str], Path]:
    """What `ingest` leaves of one data set's split `train`."""

    def make(name: str) -> Path:
        return ingest_split(make_split(name), tmp_path / "tables" / name)

    return make
