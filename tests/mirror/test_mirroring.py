import logging
import time

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.mirroring import mirroring
from vitpose_plus.mirror.restore import restore


@pytest.fixture(autouse=True)
def _told(caplog):
    caplog.set_level("INFO", "vitpose_plus")


def until(condition):
    limit = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < limit, "did not come about"
        time.sleep(0.01)


def warnings(caplog):
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


def test_what_is_written_meanwhile_and_at_the_end_is_stored(
    store, machine, replace_file, tree, tmp_path, caplog, stored
):
    here = machine("a")
    with mirroring(store, ["models"], project=here):
        replace_file(here / "models/one", b"1" * 3000)
        until(lambda: "stored snapshot 1 of models (1 new files" in caplog.text)
        replace_file(here / "models/two", b"2")
        until(lambda: "stored snapshot 2 of models" in caplog.text)
        replace_file(here / "models/three", b"3")
    assert f"s) at {store.address}" in caplog.text
    assert restore(store, ["models"], project=tmp_path / "b", progress=False) == 3
    assert tree(tmp_path / "b") == tree(here)
    assert len(stored("snapshots/")) == 2
    assert warnings(caplog) == []


def test_an_outage_is_told_once_and_so_is_its_end(
    store, machine, proxy, replace_file, tree, tmp_path, caplog
):
    here = machine("a", {"one": b"1"})
    with mirroring(store, ["models"], project=here) as mirror:
        until(lambda: "stored snapshot 1" in caplog.text)
        proxy.fault = lambda asked: 503
        replace_file(here / "models/two", b"2")
        until(lambda: mirror._outage.failures > 3)
        proxy.fault = lambda asked: None
        until(lambda: "can be stored: that is over, after" in caplog.text)
    (told,) = [one for one in warnings(caplog) if "no snapshot of models can be stored: " in one]
    assert "SlowDown" in told
    assert "The newest stored is snapshot 1" in told
    restore(store, ["models"], project=tmp_path / "b", progress=False)
    assert tree(tmp_path / "b") == tree(here)


def test_rights_that_come_late_are_enough(make_store, machine, proxy, caplog, stored):
    here = machine("a", {"one": b"1"})
    proxy.fault = lambda asked: 403 if asked.kind == "PUT" else None
    with mirroring(make_store(), ["models"], project=here):
        until(lambda: warnings(caplog))
        proxy.fault = lambda asked: None
    assert "s3:PutObject" in warnings(caplog)[0]
    assert "Nothing is stored at s3://" in warnings(caplog)[0]
    assert len(stored("snapshots/")) == 1


def test_an_outage_to_the_end_is_an_error_that_names_what_is_not_stored(
    store, machine, proxy, stored
):
    here = machine("a", {"big": b"b" * 90_000, **{f"small-{n}": b"s" for n in range(7)}})
    proxy.fault = lambda asked: "cut"
    with (
        pytest.raises(StorageError) as caught,
        mirroring(store, ["models"], project=here, deadline=lambda: 0.3),
    ):
        pass
    message = str(caught.value)
    assert "the last snapshot of models is not stored" in message
    assert "gave up after 1 attempts" in message
    assert f"below {here}:\n  models/big (0.1 MB)\n" in message
    assert message.endswith("and 3 more")
    assert stored() == []


def test_the_blocks_own_error_comes_first(store, machine, proxy, caplog):
    here = machine("a", {"one": b"1"})
    proxy.fault = lambda asked: 500
    with (
        pytest.raises(SystemExit) as caught,
        mirroring(store, ["models"], project=here, deadline=lambda: 0.2),
    ):
        raise SystemExit(75)
    assert caught.value.code == 75
    assert "is not stored" in caught.value.__notes__[0]
    assert any("the last snapshot of models is not stored" in one for one in warnings(caplog))


def test_the_last_snapshot_is_taken_after_an_error_too(store, machine, replace_file, stored):
    here = machine("a", {"one": b"1"})
    with pytest.raises(SystemExit), mirroring(store, ["models"], project=here):
        replace_file(here / "models/two", b"2")
        raise SystemExit(75)
    assert len(stored("objects/")) == 2


def test_a_server_that_does_not_answer_costs_the_work_nothing_and_the_end_its_deadline(
    store, machine, proxy, caplog
):
    here = machine("a", {"one": b"1"})
    answered = []
    proxy.fault = lambda asked: until(lambda: answered)
    with (
        pytest.raises(StorageError, match="it was not done within 0 s"),
        mirroring(store, ["models"], project=here, deadline=lambda: 0.2),
    ):
        until(lambda: proxy.asked)
    answered.append(True)


def test_another_machine_is_told_of_at_once_and_again_at_the_end(
    store, machine, replace_file, tree, tmp_path, caplog
):
    here, there = machine("a", {"one": b"1"}), tmp_path / "b"
    with (
        pytest.raises(StorageError, match="another machine writes here"),
        mirroring(store, ["models"], project=here) as mirror,
    ):
        until(lambda: "stored snapshot 1" in caplog.text)
        restore(store, ["models"], project=there, progress=False)
        with mirroring(store, ["models"], project=there):
            replace_file(there / "models/two", b"theirs")
        replace_file(here / "models/two", b"ours")
        assert mirror.refused.wait(30)
    assert sum("another machine writes here" in one for one in warnings(caplog)) == 1
    assert restore(store, ["models"], project=tmp_path / "c", progress=False) == 2
    assert tree(tmp_path / "c") == tree(there)


def test_what_cannot_be_removed_is_told_and_stops_nothing(
    store, machine, proxy, replace_file, caplog, stored
):
    here = machine("a", {"step": b"0"})
    proxy.fault = lambda asked: 403 if asked.kind == "DELETE" else None
    with mirroring(store, ["models"], project=here):
        for number in range(1, 5):
            replace_file(here / "models/step", f"{number}")
            until(lambda number=number: f"stored snapshot {number}" in caplog.text)
    assert len(stored("snapshots/")) >= 4
    (told,) = warnings(caplog)
    assert "what is out of date" in told
    assert "s3:DeleteObject" in told


def test_slow_uploads_skip_states_instead_of_queueing_them(
    store, machine, proxy, replace_file, tree, tmp_path, stored
):
    here = machine("a", {"step": b"0"})
    proxy.fault = lambda asked: 0.3 if asked.kind == "PUT" else None
    with mirroring(store, ["models"], project=here, deadline=lambda: 30):
        for number in range(60):
            replace_file(here / "models/step", f"{number}")
            time.sleep(0.01)
    assert int(max(stored("snapshots/"))[-14:-5]) < 20
    restore(store, ["models"], project=tmp_path / "b", progress=False)
    assert tree(tmp_path / "b") == {"step": b"59"}
