import logging

import pytest

from vitpose_plus.cli.progress import progress_on_stderr


@pytest.mark.usefixtures("_own_logging")
def test_steps_and_warnings_of_the_library_are_lines_on_stderr(capsys):
    log = logging.getLogger("vitpose_plus.somewhere")
    with progress_on_stderr():
        log.debug("a detail")
        log.info("a step of %d", 2)
        log.warning("a doubt")
        logging.getLogger("another.library").warning("theirs")
    log.info("afterwards")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "a step of 2\nWarning: a doubt\n"


def test_logging_is_as_it_was_afterwards():
    library = logging.getLogger("vitpose_plus")
    before = (library.level, library.propagate, list(library.handlers))
    with progress_on_stderr():
        assert library.handlers != before[2]
    assert (library.level, library.propagate, list(library.handlers)) == before
