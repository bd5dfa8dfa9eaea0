import json
import logging
import math
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.engine.history import Figures, History, Opening, Picture, parse, read_history
from vitpose_plus.errors import StorageError

WRITER = """
import sys
from pathlib import Path
from vitpose_plus.engine.history import History
history = History(Path(sys.argv[1]))
for step in range(10**9):
    history.add(step, 0, {"loss": step / 7})
    if step == 50:
        print("writing", flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "history.jsonl"


def written(path, steps=3):
    history = History(path)
    for step in range(steps):
        history.add(step, 0, {"loss": 1 / (step + 3), "lr/layer 2": 1e-4})
    return history


def test_figures_and_pictures_are_read_back_in_order(path):
    history = History(path)
    history.add(10, 0, {"loss": 1 / 3})
    history.picture(10, 0, path.parent / "panels/epoch_0001.jpg")
    history.add(20, 1, {"loss": 0.1, "score": 0.5})
    assert read_history(path) == [
        Figures(step=10, epoch=0, metrics={"loss": 1 / 3}),
        Picture(step=10, epoch=0, picture="panels/epoch_0001.jpg"),
        Figures(step=20, epoch=1, metrics={"loss": 0.1, "score": 0.5}),
    ]


def test_every_line_is_on_the_disk_at_once(path):
    history = written(path, 1)
    assert path.stat().st_size == history.size
    history.add(1, 0, {"loss": 1.0})
    assert path.stat().st_size == history.size


def test_a_resumed_run_goes_on_where_its_checkpoint_stood(path):
    history = written(path, 2)
    at_checkpoint = history.size
    history.add(2, 0, {"loss": 99.0})
    path.write_bytes(path.read_bytes() + b'{"step": 3, "ep')
    resumed = History(path, at_checkpoint)
    resumed.add(2, 0, {"loss": 0.2})
    lines = read_history(path)
    assert [line.step for line in lines] == [0, 1, 2]
    assert lines[2].metrics == {"loss": 0.2}
    assert path.stat().st_size == resumed.size


def test_a_new_run_forgets_the_former_one(path):
    written(path)
    History(path)
    assert read_history(path) == []


def test_no_two_openings_are_alike(path):
    size = written(path, 1).size
    for _ in range(2):
        size = History(path, size).size
    marks = [line.opened for line in parse(path.read_bytes(), path) if isinstance(line, Opening)]
    assert len(set(marks)) == len(marks) == 3


@given(cut=st.integers(0, 400))
def test_a_torn_file_reads_as_its_whole_lines(tmp_path_factory, cut):
    path = tmp_path_factory.getbasetemp() / "torn.jsonl"
    written(path, 4)
    whole, content = read_history(path), path.read_bytes()
    path.write_bytes(content[:cut])
    lines = read_history(path)
    assert lines == whole[: len(lines)]
    # One line opens the journal.
    assert len(lines) == max(content[:cut].count(b"\n") - 1, 0)


@given(size=st.integers(1, 400))
def test_a_journal_is_never_continued_within_a_line(tmp_path_factory, size):
    path = tmp_path_factory.getbasetemp() / "within.jsonl"
    written(path, 4)
    whole = read_history(path)
    resumed = History(path, size)
    resumed.add(9, 9, {})
    *before, last = read_history(path)
    assert before == whole[: len(before)]
    assert last == Figures(step=9, epoch=9, metrics={})
    assert path.stat().st_size == resumed.size


def test_a_journal_shorter_than_its_checkpoint_says_is_continued_and_said(
    path, caplog, _own_logging
):
    size = written(path).size
    path.unlink()
    with caplog.at_level(logging.WARNING):
        History(path, size).add(3, 0, {"loss": 1.0})
    assert f"0 of the {size} bytes" in caplog.text
    assert [line.step for line in read_history(path)] == [3]


def test_what_is_no_number_stays_json_and_is_read_back(path):
    def refuse(constant):
        raise ValueError(constant)

    given = {"nan": math.nan, "up": math.inf, "down": -math.inf, "small": 5e-324}
    History(path).add(1, 0, given)
    for line in path.read_text().splitlines():
        json.loads(line, parse_constant=refuse)
    (figures,) = read_history(path)
    assert math.isnan(figures.metrics.pop("nan"))
    del given["nan"]
    assert figures.metrics == given


def test_a_full_disk_is_an_error_that_names_the_file_and_loses_no_line(path):
    history = written(path)
    before = history.size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 10, hard))
    try:
        with pytest.raises(StorageError, match=f"{re.escape(str(path))}.*Make room"):
            history.add(3, 0, {"loss": 1.0})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.stat().st_size == before + 10  # a part of the line was written
    assert history.size == before
    History(path, history.size).add(3, 0, {"loss": 1.0})
    assert [line.step for line in read_history(path)] == [0, 1, 2, 3]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(StorageError, match=r"run/history\.jsonl"):
        History(tmp_path / "run" / "history.jsonl")


def test_a_line_of_another_kind_is_named(path):
    written(path)
    with path.open("a") as file:
        file.write('{"step": 7, "epoch": 0, "metric": {}}\n')
    with pytest.raises(StorageError, match=r'history\.jsonl: .*"step": 7'):
        read_history(path)


def test_a_run_without_a_journal_is_said(path):
    with pytest.raises(StorageError, match="no such file"):
        read_history(path)


def test_a_picture_lies_below_the_journal(path):
    with pytest.raises(ValueError, match="subpath"):
        History(path).picture(1, 0, Path("/elsewhere/epoch.jpg"))


def test_a_killed_writer_leaves_whole_lines(path):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"writing\n"
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    lines = read_history(path)
    assert len(lines) > 50
    assert [line.step for line in lines] == list(range(len(lines)))
