import time
from threading import Thread

import mlflow
import pytest

from pipelines.promote.record import ABANDONED, DECISION, HEARTBEAT, OWNER
from pipelines.promote.ticket import Watch, alive, check_ours, wait_for_turn
from vitpose_plus.errors import ConfigurationError


def test_a_first_version_need_not_wait(registry, open_version):
    number = open_version().number
    start = time.monotonic()
    assert wait_for_turn(registry, number, patience=30).champion is None
    assert time.monotonic() - start < 2


def test_a_version_waits_until_the_one_before_is_decided(registry, open_version):
    first, second = open_version(), open_version()

    def decide():
        time.sleep(1)
        registry.tag(first.number, {DECISION: "promoted"})

    thread = Thread(target=decide)
    thread.start()
    record = wait_for_turn(registry, second.number, patience=30)
    thread.join()
    assert record.champion.number == first.number
    assert ABANDONED not in record.numbered(first.number).tags


def test_who_gives_signs_of_life_is_waited_for_beyond_the_patience(registry, open_version):
    first, second = open_version(), open_version()

    def live():
        with alive(registry, first.number, "somebody"):
            time.sleep(4)
        registry.tag(first.number, {DECISION: "refused"})

    thread = Thread(target=live)
    thread.start()
    record = wait_for_turn(registry, second.number, patience=2)
    thread.join()
    assert record.numbered(first.number).refused


def test_a_dead_one_is_given_up_with_its_run(registry, open_version):
    run = registry.client.create_run("0").info.run_id
    first, second = open_version(owner=run), open_version()
    record = wait_for_turn(registry, second.number, patience=0.5)
    assert "version 2" in record.numbered(first.number).tags[ABANDONED]
    assert not record.numbered(first.number).undecided
    assert registry.client.get_run(run).info.status == "KILLED"


def test_a_dead_one_whose_run_was_deleted_is_given_up_all_the_same(registry, open_version):
    first, second = open_version(owner="no such run"), open_version()
    record = wait_for_turn(registry, second.number, patience=0.5)
    assert not record.numbered(first.number).undecided


def test_the_watch_looks_at_change_not_at_clocks(registry, open_version):
    number = open_version().number
    registry.tag(number, {HEARTBEAT: "a sign of last year"})
    watch = Watch(patience=0.3)
    assert not watch.silent(registry.record().numbered(number))
    time.sleep(0.4)
    registry.tag(number, {HEARTBEAT: "another"})
    assert not watch.silent(registry.record().numbered(number))
    time.sleep(0.4)
    assert watch.silent(registry.record().numbered(number))


def test_signs_of_life_go_on_after_mlflow_failed_once(registry, open_version, monkeypatch):
    number, failed = open_version().number, []
    tag = mlflow.MlflowClient.set_model_version_tag

    def fail_once(self, *arguments):
        if not failed:
            failed.append(True)
            raise mlflow.MlflowException("the server restarts")
        return tag(self, *arguments)

    monkeypatch.setattr(mlflow.MlflowClient, "set_model_version_tag", fail_once)
    monkeypatch.setattr("pipelines.promote.ticket.BEAT", 0.1)
    with alive(registry, number, "me"):
        time.sleep(0.5)
    assert failed
    assert registry.record().numbered(number).tags[HEARTBEAT].startswith("me ")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ConfigurationError])
def test_a_promotion_that_ends_in_an_error_keeps_nobody_waiting(registry, open_version, error):
    first, second = open_version(owner="me"), open_version()
    with pytest.raises(error), alive(registry, first.number, "me"):
        raise error
    start = time.monotonic()
    record = wait_for_turn(registry, second.number, patience=30)
    assert time.monotonic() - start < 2
    assert record.numbered(first.number).tags[ABANDONED] == f"ended by {error.__name__}"


@pytest.mark.parametrize(("tag", "value"), [(DECISION, "promoted"), (OWNER, "another")])
def test_an_error_closes_nothing_that_is_decided_or_taken_over(registry, open_version, tag, value):
    number = open_version(owner="me").number
    with pytest.raises(ConfigurationError), alive(registry, number, "me"):
        registry.tag(number, {tag: value})
        raise ConfigurationError
    assert ABANDONED not in registry.record().numbered(number).tags


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [(ABANDONED, "given up", "given up"), (OWNER, "another", "taken over by run another")],
)
def test_what_others_gave_up_or_took_over_is_not_ours_any_more(
    registry, open_version, tag, value, said
):
    number = open_version(owner="me").number
    check_ours(registry.record(), number, "me")
    registry.tag(number, {tag: value})
    with pytest.raises(ConfigurationError, match=said):
        check_ours(registry.record(), number, "me")


def test_a_version_that_was_deleted_is_said_to_be(registry, open_version):
    number = open_version(owner="me").number
    registry.client.delete_model_version(registry.name, str(number))
    with pytest.raises(ConfigurationError, match="was deleted"):
        check_ours(registry.record(), number, "me")
