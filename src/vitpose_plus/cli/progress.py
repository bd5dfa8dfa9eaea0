"""What the library reports while it works, on the terminal."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click


class _Lines(logging.Handler):
    times = False

    def emit(self, record: logging.LogRecord) -> None:
        warning = "Warning: " if record.levelno >= logging.WARNING else ""
        time = f"{datetime.now():%H:%M:%S} " if self.times else ""
        click.echo(time + warning + record.getMessage(), err=True)


@contextmanager
def progress_on_stderr() -> Iterator[None]:
    """Show each step that the library logs as a line; results alone go to stdout."""
    library, lines = logging.getLogger("vitpose_plus"), _Lines()
    before = library.level, library.propagate
    library.addHandler(lines)
    library.setLevel(logging.INFO)
    library.propagate = False
    try:
        yield
    finally:
        library.removeHandler(lines)
        library.setLevel(before[0])
        library.propagate = before[1]


def with_times() -> None:
    """Begin every line from now on with the time of day: for what runs for days."""
    for handler in logging.getLogger("vitpose_plus").handlers:
        if isinstance(handler, _Lines):
            handler.times = True
