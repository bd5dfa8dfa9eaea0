import json
import random
from threading import Event

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.bucket import Refused
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.restore import restore
from vitpose_plus.mirror.retention import Retention
from vitpose_plus.mirror.writer import Writer

SLOW, MORE = pytest.mark.slow, (500, 403, "cut")


@pytest.fixture
def start(store):
    """A writer on a machine, as a command there would start it."""

    def make(project, given=None):
        restore(given or store, ["models"], project=project, progress=False)
        return Writer(given or store, Kept.of(["models"], project), Event())

    return make


def bring(store, project):
    project.mkdir(exist_ok=True)
    return restore(store, ["models"], project=project, progress=False)


def test_a_snapshot_brings_the_same_files_elsewhere(start, machine, store, tree, stored, caplog):
    caplog.set_level("INFO")
    here = machine("a", {"step_1.pt": b"one" * 999, "best/w": b"same", "last/w": b"same", "e": b""})
    found = start(here).store()
    assert (found.snapshot, found.files) == (1, 4)
    assert len(stored("objects/")) == 3
    assert stored("snapshots/") == ["snapshots/000000001.json"]
    assert bring(store, machine("b")) == 1
    assert tree(machine("b")) == tree(here)
    assert "restored models (4 files, 0.0 MB) from snapshot 1" in caplog.text


def test_only_what_is_new_is_sent(start, machine, proxy, replace_file):
    here = machine("a", {"one": b"1", "two": b"2"})
    writer = start(here)
    writer.store()
    proxy.asked.clear()
    assert writer.store() is None
    assert proxy.asked == []
    replace_file(here / "models/three", b"3")
    assert writer.store().files == 1
    assert len([key for key in proxy.keys("PUT") if "objects" in key]) == 1


def test_hidden_files_locks_logs_and_damaged_ones_stay_here(start, machine, store, tree):
    here = machine("a", {"x/history.jsonl": b"{}\n{}\n{half", "x/weights.pt": b"w"})
    for name in (
        *("x/.training.lock", "x/a.lock", "launch-host/job.json", "x/step_1.damaged"),
        *("x/.part-step_2.pt", ".best.part/weights"),
    ):
        (here / "models" / name).parent.mkdir(exist_ok=True)
        (here / "models" / name).write_text("x")
    start(here).store()
    bring(store, machine("b"))
    assert tree(machine("b")) == {"x/history.jsonl": b"{}\n{}\n", "x/weights.pt": b"w"}


def test_two_snapshots_are_kept_and_what_only_older_ones_name_is_removed(
    start, machine, stored, replace_file
):
    here = machine("a", {"always": b"always"})
    writer = start(here)
    retention = Retention(writer.bucket)
    for number in range(5):
        replace_file(here / "models/step", f"step {number}")
        done = writer.store()
        retention.clean(done.snapshot, done.contents)
    assert stored("snapshots/") == ["snapshots/000000004.json", "snapshots/000000005.json"]
    assert len(stored("objects/")) == 3


@pytest.mark.parametrize("fault", [503, "lost", *(pytest.param(f, marks=SLOW) for f in MORE)])
@pytest.mark.parametrize("number", range(7))
def test_a_fault_at_any_request_leaves_whole_snapshots_and_is_made_up_for(
    start, machine, proxy, store, tree, tmp_path, replace_file, fault, number
):
    here = machine("a", {"step_1": b"1" * 5000, "best/w": b"old", "history.jsonl": b"1\n"})
    writer = start(here)
    writer.store()
    states = [tree(here)]
    replace_file(here / "models/step_2", b"2" * 7000)
    replace_file(here / "models/best/w", b"new")
    states.append(tree(here))
    proxy.asked.clear()
    proxy.fault = lambda asked: fault if len(proxy.asked) - 1 in (number, number + 1) else None
    try:
        writer.store()
    except StorageError as error:
        assert "s3://" in str(error)
    proxy.fault = lambda asked: None
    bring(store, tmp_path / "b")
    assert tree(tmp_path / "b") in states
    writer.store()
    assert writer.snapshot == 2
    bring(store, tmp_path / "c")
    assert tree(tmp_path / "c") == states[1]


def test_a_second_machine_is_refused_and_touches_nothing(
    start, machine, store, tree, tmp_path, replace_file
):
    first, second = machine("a", {"step_1": b"1"}), machine("b")
    one = start(first)
    one.store()
    two = start(second)
    replace_file(first / "models/step_2", b"first's")
    replace_file(second / "models/step_2", b"second's")
    assert two.store().snapshot == 2
    with pytest.raises(Refused, match=r"000000002.json: another machine writes here: host \S+, at"):
        one.store()
    bring(store, tmp_path / "c")
    assert tree(tmp_path / "c") == tree(second)


def test_two_machines_that_store_at_the_same_moment_are_told_apart(
    start, machine, proxy, tree, tmp_path, store
):
    one, two = start(machine("a", {"x": b"a"})), start(machine("b", {"x": b"b"}))
    stored = []

    def overtake(asked):
        if asked.kind == "PUT" and "snapshots" in asked.key and not stored:
            stored.append(None)
            stored.append(two.store())

    proxy.fault = overtake
    with pytest.raises(Refused):
        one.store()
    assert stored[1].snapshot == 1
    bring(store, tmp_path / "c")
    assert tree(tmp_path / "c") == {"x": b"b"}


def test_a_server_that_ignores_conditions_tells_of_the_second_machine_one_snapshot_later(
    start, machine, proxy, replace_file
):
    one, two = start(machine("a", {"x": b"a"})), start(machine("b", {"x": b"b"}))
    overtaken = []

    def overtake(asked):
        if asked.kind == "PUT" and "snapshots" in asked.key and not overtaken:
            overtaken.append(None)
            two.store()
        return "ignore"

    proxy.fault = overtake
    one.store()  # over the other's
    replace_file(two._kept.path("models/y"), b"b")
    with pytest.raises(Refused):
        two.store()


def test_a_server_without_conditions_is_told_about_once(start, machine, proxy, caplog):
    proxy.fault = lambda asked: 501 if "If-None-Match" in asked.headers else None
    here = machine("a", {"x": b"a"})
    writer = start(here)
    assert writer.store().snapshot == 1
    (here / "models/y").write_text("y")
    assert writer.store().snapshot == 2
    assert caplog.text.count("knows no conditional writes") == 1


def test_a_list_that_arrives_after_it_was_given_up_is_our_own(
    start, machine, proxy, bucket, store, tmp_path, tree
):
    here = machine("a", {"x": b"1"})
    writer = start(here)
    writer.store()
    late = []
    put = writer.bucket.client.put_object
    writer.bucket.client.put_object = lambda **fields: (late.append(fields), put(**fields))[1]
    (here / "models/y").write_text("y")
    proxy.fault = lambda asked: 503 if asked.kind == "PUT" and "snapshots" in asked.key else None
    with pytest.raises(StorageError):
        writer.store()
    writer.bucket.client.put_object = put
    (here / "models/z").write_text("z")
    fields = late[0]

    def arrive(asked):
        if asked.kind == "PUT" and "snapshots" in asked.key:
            proxy.fault = lambda asked: None
            bucket.put_object(Key=fields["Key"], Body=fields["Body"])

    proxy.fault = arrive
    assert writer.store().snapshot == 3
    bring(store, tmp_path / "c")
    assert tree(tmp_path / "c") == tree(here)


def test_a_content_that_vanished_from_the_store_is_sent_again(
    start, machine, bucket, store, tree, tmp_path, stored, replace_file
):
    here = machine("a", {"x": b"1", "y": b"2"})
    writer = start(here)
    writer.store()
    gone = stored("objects/")[0]
    bucket.Object(f"runs/one/{gone}").delete()
    replace_file(here / "models/z", b"3")
    writer.store()
    assert gone in stored("objects/")
    bring(store, tmp_path / "c")
    assert tree(tmp_path / "c") == tree(here)


def test_a_folder_that_was_emptied_does_not_empty_the_store(start, machine, stored):
    here = machine("a", {"x": b"1", "y": b"2"})
    writer = start(here)
    writer.store()
    for name in "xy":
        (here / "models" / name).unlink()
    with pytest.raises(StorageError, match="nothing is left of the 2 files that snapshot 1 holds"):
        writer.store()
    assert stored("snapshots/") == ["snapshots/000000001.json"]


def test_a_file_that_is_written_to_while_it_is_sent_is_never_taken_for_what_it_was(
    start, machine, proxy, stored, store, tree, tmp_path
):
    here = machine("a", {"x": b"1" * 100})
    writer = start(here)

    def write(asked):
        if asked.kind == "PUT" and "objects" in asked.key:
            with (here / "models/x").open("r+b") as file:
                file.write(b"2" * 40)

    proxy.fault = write
    with pytest.raises(StorageError, match="models/x was written to while it was read"):
        writer.store()
    assert stored() == []
    proxy.fault = lambda asked: None
    writer.store()
    bring(store, tmp_path / "c")
    assert tree(tmp_path / "c") == {"x": b"2" * 40 + b"1" * 60}


def test_more_files_than_a_process_may_open_are_stored(
    start, machine, store, tree, tmp_path, monkeypatch
):
    monkeypatch.setattr("vitpose_plus.mirror.capture.MOST_OPEN", 4)
    here = machine("a", {f"panels/{n}.jpg": bytes([n]) for n in range(11)})
    found = start(here).store()
    assert (found.snapshot, found.files) == (1, 11)
    bring(store, tmp_path / "c")
    assert tree(tmp_path / "c") == tree(here)


@pytest.mark.slow
def test_random_faults_never_cost_a_stored_snapshot(
    start, machine, proxy, tree, tmp_path, store, replace_file
):
    numbers = random.Random(8)
    faults = [*[None] * 12, 500, 403, "cut", "lost"]
    here = machine("a", {"step_0": b"0"})
    writer, states = start(here), [tree(here)]
    retention = Retention(writer.bucket)
    for step in range(1, 25):
        replace_file(here / f"models/step_{step}", numbers.randbytes(100))
        if step > 2:
            (here / f"models/step_{step - 2}").unlink()
        states.append(tree(here))
        proxy.fault = lambda asked: numbers.choice(faults)
        try:
            done = writer.store()
            if done is not None:
                retention.clean(done.snapshot, done.contents)
        except Refused:
            raise
        except StorageError:
            pass
        proxy.fault = lambda asked: None
        if writer.snapshot:
            bring(store, tmp_path / f"at-{step}")
            assert tree(tmp_path / f"at-{step}") in states
    writer.store()
    bring(store, tmp_path / "end")
    assert tree(tmp_path / "end") == states[-1]
    assert json.loads((here / ".models.mirrored.json").read_text())["snapshot"] == writer.snapshot
