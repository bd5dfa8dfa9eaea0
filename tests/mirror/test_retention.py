from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from vitpose_plus.mirror.bucket import Refused
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.restore import restore
from vitpose_plus.mirror.retention import Retention
from vitpose_plus.mirror.writer import Writer

ORPHAN = "objects/" + "0" * 64


@pytest.fixture
def start(store):
    def run(project):
        restore(store, ["models"], project=project, progress=False)
        return Writer(store, Kept.of(["models"], project), Event())

    return run


def older(found, by):
    """The same, with all that lies there older."""
    contents = {n: replace(one, stored=one.stored - by) for n, one in found.contents.items()}
    return found.snapshot, contents


def test_a_machine_that_wakes_up_late_removes_nothing_of_the_other(
    start, machine, store, replace_file, tree, tmp_path, stored
):
    late, other = machine("a", {"x": b"1"}), machine("b")
    writer = start(late)
    retention = Retention(writer.bucket)
    writer.store()
    replace_file(late / "models/x", b"2")
    done = writer.store()  # and here it sleeps
    two = start(other)
    replace_file(other / "models/x", b"3")
    two.store()
    before = stored()
    with pytest.raises(Refused):
        retention.clean(done.snapshot, done.contents)
    assert stored() == before


def test_what_no_snapshot_names_goes_when_it_is_a_day_old(
    start, machine, store, bucket, replace_file, stored
):
    here = machine("a", {"x": b"1"})
    writer = start(here)
    retention = Retention(writer.bucket)
    bucket.Object(f"runs/one/{ORPHAN}").put(Body=b"of one that was cut off")
    bucket.Object("runs/one/notes.txt").put(Body=b"somebody's")
    retention.clean(*older(writer.store(), timedelta(hours=23)))
    assert ORPHAN in stored()
    replace_file(here / "models/x", b"2")
    retention.clean(*older(writer.store(), timedelta(hours=25)))
    assert ORPHAN not in stored()
    assert "notes.txt" in stored()
    assert len(stored("objects/")) == 2


def test_a_damaged_list_does_not_count_as_one_that_is_kept(
    start, machine, bucket, replace_file, stored
):
    here = machine("a", {"x": b"0"})
    writer = start(here)
    retention = Retention(writer.bucket)
    for number in range(1, 4):
        replace_file(here / "models/x", f"{number}")
        done = writer.store()
    bucket.Object("runs/one/snapshots/000000002.json").put(Body=b"?")
    retention.clean(done.snapshot, done.contents)
    assert stored("snapshots/") == ["snapshots/000000001.json", "snapshots/000000003.json"]
