import json
import os

import pytest

from vitpose_plus.engine.failures import last_words, mendable_failure
from vitpose_plus.errors import DivergenceError


@pytest.fixture
def write(tmp_path):
    """A file as torch elastic's `record` writes it, the later the call the younger."""
    made = []

    def make(attempt, process, message, traceback="where"):
        path = tmp_path / "errors" / "run_x" / f"attempt_{attempt}" / str(process) / "error.json"
        path.parent.mkdir(parents=True)
        extra = {"py_callstack": traceback, "timestamp": "0"}
        path.write_text(json.dumps({"message": {"message": message, "extraInfo": extra}}))
        made.append(path)
        os.utime(path, (len(made), len(made)))

    (tmp_path / "launcher.log").write_text("the agent's report\n")
    return make


def test_the_users_error_is_found_among_those_that_it_made(write, tmp_path):
    write(0, 1, "DivergenceError: step 7:\nthe loss is nan")
    write(0, 0, "RuntimeError: Connection closed by peer")
    write(1, 0, "KeyboardInterrupt: ")
    error = mendable_failure(tmp_path).error()
    assert type(error) is DivergenceError
    assert str(error) == "step 7:\nthe loss is nan"


@pytest.mark.parametrize("message", ["RuntimeError: x", "annotations: x", "Path: x", "ValueError"])
def test_no_other_error_is_the_users(write, tmp_path, message):
    write(0, 0, message)
    assert mendable_failure(tmp_path) is None


def test_the_last_words_are_of_the_last_attempts_first_failure(write, tmp_path):
    write(0, 0, "ValueError: a", "old")
    write(10, 1, "ValueError: b", "\n".join(map(str, range(100))))
    write(10, 0, "RuntimeError: c", "its consequence")
    words = last_words(tmp_path).splitlines()
    assert words == [*map(str, range(80, 100)), "the agent's report"]


def test_the_agent_has_the_word_where_no_process_left_one(tmp_path):
    (tmp_path / "launcher.log").write_text("Signal 9\n")
    assert last_words(tmp_path) == "Signal 9"
    assert mendable_failure(tmp_path) is None
