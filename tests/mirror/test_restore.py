import json
import shutil
from threading import Event

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.restore import restore
from vitpose_plus.mirror.retention import Retention
from vitpose_plus.mirror.writer import Writer

MIB = 1 << 20


@pytest.fixture
def bring(store):
    def run(project, given=None, folders=("models",)):
        return restore(given or store, folders, project=project, progress=False)

    return run


@pytest.fixture
def save(store, bring):
    """A command begins on a machine, takes a snapshot, and is gone."""

    def run(project, given=None, folders=("models",)):
        bring(project, given, folders)
        Writer(given or store, Kept.of(folders, project), Event()).store()

    return run


def test_an_empty_store_leaves_everything_as_it_is(bring, machine, tree):
    here = machine("a", {"x": b"1"})
    assert bring(here) is None
    assert tree(here) == {"x": b"1"}


def test_what_was_stored_from_here_stays_with_what_came_after(save, bring, machine, tree):
    here = machine("a", {"x": b"1"})
    save(here)
    (here / "models/y").write_bytes(b"2")
    assert bring(here) is None
    assert tree(here) == {"x": b"1", "y": b"2"}


def test_a_command_killed_before_it_noted_its_snapshot_goes_on_with_its_own(
    save, bring, machine, replace_file
):
    here = machine("a", {"x": b"1"})
    save(here)
    noted = (here / ".models.mirrored.json").read_bytes()
    replace_file(here / "models/x", b"2")
    save(here)
    (here / ".models.mirrored.json").write_bytes(noted)
    replace_file(here / "models/x", b"3")
    assert bring(here) is None
    save(here)  # is refused unless restoring has noted it


def test_where_another_machine_went_on_what_lies_here_is_set_aside(
    save, bring, machine, replace_file, tree, caplog
):
    here, there = machine("a", {"x": b"1"}), machine("b")
    save(here)
    bring(there)
    replace_file(there / "models/x", b"2")
    save(there)
    replace_file(here / "models/x", b"late")
    assert bring(here) == 2
    assert tree(here) == {"x": b"2"}
    assert (here / "models.other-1/x").read_bytes() == b"late"
    assert "models.other-1" in caplog.text
    save(here)


def test_an_old_copy_of_this_very_disk_is_set_aside_too(save, bring, machine, replace_file, tree):
    here = machine("a", {"x": b"1"})
    save(here)
    copy = here.with_name("copy")
    shutil.copytree(here, copy)
    for number in range(2, 5):
        replace_file(here / "models/x", f"{number}")
        save(here)
    assert bring(copy) == 4
    assert tree(copy) == tree(here)


def test_files_of_another_origin_are_refused_with_both_names(save, bring, machine, tree):
    save(machine("a", {"x": b"1"}))
    here = machine("b", {"x": b"mine"})
    with pytest.raises(StorageError) as caught:
        bring(here)
    assert f"{here}/models does not come from s3://" in str(caught.value)
    assert "Move what lies here away" in str(caught.value)
    assert tree(here) == {"x": b"mine"}


def test_a_folder_that_is_kept_from_now_on_joins(save, bring, machine, tree):
    save(machine("a", {"x": b"1"}))
    here = machine("b")
    (here / "reports").mkdir()
    (here / "reports/page").write_text("page")
    both = ("models", "reports")
    assert bring(here, folders=both) == 1
    save(here, folders=both)
    there = machine("c")
    assert bring(there, folders=both) == 2
    assert (there / "reports/page").read_text() == "page"
    assert tree(there) == {"x": b"1"}


def test_a_folder_that_is_kept_no_longer_is_an_error_before_it_is_lost(save, bring, machine):
    here = machine("a", {"x": b"1"})
    (here / "reports").mkdir()
    (here / "reports/page").write_text("page")
    save(here, folders=("models", "reports"))
    with pytest.raises(StorageError, match=r"holds \['reports'\] too, and only models"):
        bring(here)


@pytest.mark.parametrize("damage", ["list", "cut list", "content", "missing", "short"])
def test_a_damaged_snapshot_gives_way_to_the_one_before_and_is_mended_by_the_next(
    save, bring, machine, replace_file, bucket, stored, tree, caplog, damage
):
    here = machine("a", {"x": b"1", "y": b"same"})
    save(here)
    before = set(stored("objects/"))
    replace_file(here / "models/x", b"2")
    save(here)
    (fresh,) = set(stored("objects/")) - before
    newest = bucket.Object("runs/one/snapshots/000000002.json")
    if damage == "list":
        newest.put(Body=newest.get()["Body"].read().replace(b'"host"', b'"Host"'))
    elif damage == "cut list":
        newest.put(Body=newest.get()["Body"].read()[:-50])
    elif damage == "missing":
        bucket.Object(f"runs/one/{fresh}").delete()
    else:
        bucket.Object(f"runs/one/{fresh}").put(Body=b"?" if damage == "content" else b"")
    there = machine("b")
    assert bring(there) == 1
    assert tree(there) == {"x": b"1", "y": b"same"}
    assert "The snapshot before it is taken" in caplog.text or (
        "The one before it is taken" in caplog.text
    )
    replace_file(there / "models/x", b"2")  # the same content, which is doubted
    replace_file(there / "models/z", b"3")
    save(there)
    last = machine("c")
    assert bring(last) == 3
    assert tree(last) == {"x": b"2", "y": b"same", "z": b"3"}


def test_a_store_without_a_whole_snapshot_is_an_error(save, bring, machine, bucket, stored):
    save(machine("a", {"x": b"1"}))
    bucket.Object(f"runs/one/{stored('objects/')[0]}").delete()
    with pytest.raises(StorageError, match=r"none of its snapshots \(\[1\]\) is whole"):
        bring(machine("b"))


def test_a_store_that_does_not_answer_is_an_error_and_no_empty_one(bring, machine, proxy):
    proxy.fault = lambda asked: 403
    with pytest.raises(StorageError, match="s3:ListBucket"):
        bring(machine("b"))


def test_a_large_file_comes_in_parts_and_what_was_cut_goes_on(
    make_store, machine, proxy, save, bring, tree
):
    store = make_store(part_size=1, parallel=1)
    step = b"0123456789abcdef" * (MIB // 4)
    here = machine("a", {"step": step, "twin": step})
    save(here, store)
    ranges = []

    def cut_after_two(asked):
        if "Range" in asked.headers:
            ranges.append(asked.headers["Range"])
            return "cut" if len(ranges) > 2 else None
        return None

    proxy.fault = cut_after_two
    there = machine("b")
    with pytest.raises(StorageError):
        bring(there, store)
    assert not (there / "models").exists()
    proxy.fault = lambda asked: None
    proxy.asked.clear()
    assert bring(there, store) == 1
    assert tree(there) == tree(here)
    again = [asked for asked in proxy.asked if "Range" in asked.headers]
    assert len(again) == 2  # of four
    assert sorted(path.name for path in there.iterdir()) == [".models.mirrored.json", "models"]


def test_what_is_killed_before_the_files_take_their_place_is_brought_again(
    save, bring, machine, tree, monkeypatch
):
    here = machine("a", {"x": b"1", "deep/y": b"2"})
    save(here)
    there = machine("b")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("vitpose_plus.mirror.restore.set_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(there)
    with monkeypatch.context() as context:
        context.setattr("vitpose_plus.mirror.restore.Path.rename", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(there)
    assert bring(there) == 1
    assert tree(there) == tree(here)


def test_a_machine_that_still_stores_does_not_pull_away_what_is_being_brought(
    save, bring, machine, replace_file, proxy, store, tree
):
    here = machine("a", {"x": b"1"})
    save(here)
    writer = Writer(store, Kept.of(["models"], here), Event())
    retention, moved = Retention(writer.bucket), []

    def move_on(asked):
        if asked.kind == "GET" and "objects" in asked.key and not moved:
            moved.append(True)
            for number in range(2, 6):
                replace_file(here / "models/x", f"{number}")
                done = writer.store()
                retention.clean(done.snapshot, done.contents)

    proxy.fault = move_on
    there = machine("b")
    assert bring(there) == 5
    assert tree(there) == {"x": b"5"}


def test_a_marker_that_is_no_marker_counts_for_nothing(save, bring, machine, caplog):
    here = machine("a", {"x": b"1"})
    save(here)
    marker = here / ".models.mirrored.json"
    marker.write_text(json.dumps({"store": 1}))
    with pytest.raises(StorageError, match="does not come from"):
        bring(here)
    assert "It counts for nothing" in caplog.text


def test_a_folder_behind_a_link_is_filled_where_it_lies(save, bring, machine, tree, tmp_path):
    here = machine("a", {"x": b"1"})
    save(here)
    there, disk = machine("b"), tmp_path / "disk"
    (disk / "models").mkdir(parents=True)
    (there / "models").symlink_to(disk / "models")
    assert bring(there) == 1
    assert (there / "models").is_symlink()
    assert (disk / "models/x").read_bytes() == b"1"
    assert bring(there) is None
